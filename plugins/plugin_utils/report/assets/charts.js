// SPDX-FileCopyrightText: 2026 The siteops.devices authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The charts above the table: firmware versions, and events by hour.

const MOST_VERSIONS = 10;
const MOST_HOURS = 72;
const KINDS = ["movement", "fault", "tamper", "other"];
const HOUR = 3600000;

/** How many devices run which version; a version is a button that filters for it. */
function firmwareChart(rows, choose) {
  const parts = new Map();
  for (const row of rows) parts.set(row.component, [...(parts.get(row.component) || []), row]);
  const tables = inOrder([...parts.keys()]).map((component) => {
    const versions = parts.get(component);
    const most = Math.max(...versions.map((row) => row.devices));
    const shown = versions.slice(0, MOST_VERSIONS);
    const left = versions.length - shown.length;
    return make(
      "table",
      { class: "bars" },
      make("caption", {}, readable(component)),
      make("tbody", {}, shown.map((row) => {
        const bar = make("div", { class: "bar", "aria-hidden": "true" });
        bar.style.width = `${(100 * row.devices) / most}%`;
        const version = make("button", { type: "button", class: "link", title: "Show these devices", onclick: () => choose(row.version) }, row.version);
        return make("tr", {}, make("th", { scope: "row" }, version), make("td", {}, bar), make("td", { class: "number" }, row.devices.toLocaleString("en")));
      }),
      left ? make("tr", {}, make("td", { class: "soft", colspan: 3 }, `and ${plural(left, "older version")}`)) : null),
    );
  });
  return make("section", { class: "card" }, make("h2", {}, "Firmware versions"), tables);
}

/** When events began, over all devices, in the hours of whoever looks. */
function eventsChart(hours) {
  const last = Date.parse(hours[hours.length - 1].hour);
  const first = Math.max(Date.parse(hours[0].hour), last - (MOST_HOURS - 1) * HOUR);
  const shown = hours.filter((row) => Date.parse(row.hour) >= first);
  const older = hours.length - shown.length;
  const used = KINDS.filter((kind) => hours.some((row) => row[kind]));
  const sum = (row) => KINDS.reduce((total, kind) => total + row[kind], 0);
  const total = shown.reduce((all, row) => all + sum(row), 0);
  const said = `${plural(total, "event")} from ${moment(first)} to ${moment(last + HOUR)}`;
  const card = make(
    "section",
    { class: "card" },
    make("h2", {}, "Events by hour"),
    eventBars(shown, first, last, sum, used, said),
    make("div", { class: "legend" },
      used.map((kind) => make("span", {}, make("span", { class: `swatch ${kind}`, "aria-hidden": "true" }), kind)),
      make("span", {}, `times in ${zone()}`),
      older ? make("span", {}, `${plural(older, "hour")} with older events not drawn`) : null),
  );
  const details = make("details", {}, make("summary", {}, "As a table"));
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    details.append(smallTable(null, ["hour", ...used], hours.map((row) => [moment(row.hour), ...used.map((kind) => row[kind])])));
  });
  card.append(details);
  return card;
}

function eventBars(shown, first, last, sum, used, said) {
  // Drawn in the pixels that there are, so that words keep their size.
  const narrow = window.innerWidth < 600;
  const [width, height, left, bottom, labels] = narrow ? [330, 150, 30, 18, 4] : [560, 150, 30, 18, 6];
  const slots = Math.round((last - first) / HOUR) + 1;
  const step = (width - left) / Math.max(slots, 6);
  const most = Math.max(...shown.map(sum));
  const scale = (height - bottom - 8) / most;
  const bars = shown.flatMap((row) => {
    let base = height - bottom;
    const x = left + ((Date.parse(row.hour) - first) / HOUR) * step;
    return used.filter((kind) => row[kind]).map((kind) => {
      const tall = row[kind] * scale;
      base -= tall;
      const title = draw("title", {}, `${moment(row.hour)}: ${row[kind]} ${kind}`);
      return draw("rect", { class: kind, x: x + step * 0.1, y: base, width: Math.max(step * 0.8, 1), height: tall }, title);
    });
  });
  const every = Math.ceil(Math.max(slots, 6) / (slots > 24 ? labels / 2 : labels));
  const ticks = [...Array(slots).keys()].filter((slot) => slot % every === 0).map((slot) => {
    const date = new Date(first + slot * HOUR);
    const text = date.toLocaleString("en-GB", slots > 24 ? { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } : { hour: "2-digit", minute: "2-digit" });
    return draw("text", { x: left + slot * step, y: height - 4 }, text);
  });
  return draw(
    "svg",
    { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said },
    draw("path", { class: "axis", d: `M${left} ${height - bottom}H${width}M${left} 8H${width}` }),
    draw("text", { x: left - 6, y: 12, "text-anchor": "end" }, most),
    draw("text", { x: left - 6, y: height - bottom, "text-anchor": "end" }, "0"),
    bars,
    ticks,
  );
}
