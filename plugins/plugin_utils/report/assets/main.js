// SPDX-FileCopyrightText: 2026 The siteops.devices authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The page: head, totals, charts, and the table with filter and sort. Rows come in portions, details when they are opened.

const PORTION = 150;
const MOST_OPENED = 60;
const report = JSON.parse(byId("data").textContent);
const check = report.check_mode;
const ORDER = Object.keys(STATES);
const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

// Narrow screens show a device's name and state; the rest is in its details.
const COLUMNS = [
  { key: "name", title: "Device", cell: nameCell, value: (device) => device.name },
  { key: "state", title: "State", cell: stateCell, value: (device) => ORDER.indexOf(device.state) },
  { key: "what", title: "What happened", narrow: false, cell: (device) => make("td", { class: "what hide-narrow" }, make("span", {}, summaryOf(device))), value: summaryOf },
  { key: "address", title: "Address", narrow: false, value: (device) => device.address ?? "" },
  { key: "site", title: "Site", narrow: false, value: (device) => device.site ?? "" },
  { key: "system", title: "System", narrow: false, value: (device) => device.system ?? "" },
  { key: "firmware", title: "Firmware", narrow: false, value: firmwareText },
  { key: "seconds", title: "Took", number: true, narrow: false, value: (device) => device.seconds, text: (device) => duration(device.seconds) },
].filter((column) => !["address", "site", "system", "firmware", "seconds"].includes(column.key) || report.devices.some((device) => column.value(device)));

const view = { text: "", state: null, key: "state", down: false, rows: [], shown: 0 };
const opened = new Map();
const searched = new WeakMap();
const numbers = new Map(report.devices.map((device, index) => [device, index]));

function classesOf(column) {
  return [column.number ? "number" : "short", column.narrow === false ? "hide-narrow" : ""].join(" ").trim();
}

function nameCell(device) {
  const open = () => toggle(device);
  const id = `row-${numbers.get(device)}`;
  return make("th", { scope: "row" }, make("button", { type: "button", class: "name", id, title: device.name, "aria-expanded": "false", onclick: open }, device.name));
}

function stateCell(device) {
  return make("td", {}, make("span", { class: `state ${device.state}` }, stateName(device.state, device.predicted)));
}

/** What is most worth knowing of a device, in a line. */
function summaryOf(device) {
  const open = device.failures.filter((failure) => !failure.handled);
  if (open.length) return open[open.length - 1].message;
  const told = device.updates.filter((row) => row.action !== "unchanged").map((row) => `${readable(row.component)} ${row.from ?? "?"} \u2192 ${row.to ?? "?"}${row.action === "updated" ? "" : ` (${readable(row.action)})`}`);
  for (const change of device.changes) {
    const cut = (text) => (text.length > 40 ? `${text.slice(0, 39)}\u2026` : text);
    const short = (row, key) => (key in row ? cut(valueOf(row[key], row.unit).replace(/\s+/g, " ")) : "not set");
    for (const row of change.fields.slice(0, 3)) told.push(`${readable(row.field)} ${short(row, "before")} \u2192 ${short(row, "after")}`);
    if (change.fields.length > 3) told.push(`${change.fields.length - 3} more`);
    if (!change.fields.length && !device.updates.length) told.push(change.task);
  }
  return [...told, ...device.findings].join(", ");
}

function firmwareText(device) {
  return inOrder(Object.keys(device.firmware)).map((name) => device.firmware[name]).join(", ");
}

function searchText(device) {
  if (!searched.has(device)) {
    const parts = [device.name, device.address, device.site, device.system, stateName(device.state, device.predicted), summaryOf(device), firmwareText(device), device.failures.map((failure) => `${failure.message} ${failure.kind}`)];
    searched.set(device, parts.flat().join("\n").toLowerCase());
  }
  return searched.get(device);
}

function compare(column, down) {
  const sign = down ? -1 : 1;
  return (a, b) => {
    const [first, second] = [column.value(a), column.value(b)];
    // What has no value comes last, whichever way it is sorted.
    if (first === null || second === null) return (first === null) - (second === null) || words.compare(a.name, b.name);
    const order = typeof first === "number" ? first - second : words.compare(first, second);
    return sign * order || words.compare(a.name, b.name);
  };
}

function refresh() {
  const wanted = view.text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const rows = report.devices.filter((device) => (!view.state || device.state === view.state) && wanted.every((word) => searchText(device).includes(word)));
  view.rows = rows.sort(compare(COLUMNS.find((column) => column.key === view.key), view.down));
  view.shown = 0;
  opened.clear();
  byId("body").replaceChildren();
  byId("nothing").hidden = rows.length > 0;
  byId("count").textContent = rows.length === report.devices.length ? plural(rows.length, "device") : `${rows.length.toLocaleString("en")} of ${plural(report.devices.length, "device")}`;
  for (const button of byId("totals").children) button.setAttribute("aria-pressed", String((button.dataset.state || null) === view.state));
  for (const head of byId("head").children) {
    head.setAttribute("aria-sort", head.dataset.key !== view.key ? "none" : view.down ? "descending" : "ascending");
  }
  showMore(PORTION);
}

function showMore(number) {
  const portion = view.rows.slice(view.shown, view.shown + number);
  const rows = document.createDocumentFragment();
  for (const device of portion) rows.append(rowOf(device));
  byId("body").append(rows);
  view.shown += portion.length;
  const left = view.rows.length - view.shown;
  byId("more").hidden = left === 0;
  byId("more").textContent = `Show more (${left.toLocaleString("en")} left)`;
}

function rowOf(device) {
  const row = make("tr", { class: "row" }, COLUMNS.map((column) => {
    if (column.cell) return column.cell(device);
    const text = column.text ? column.text(device) : column.value(device);
    return make("td", { class: classesOf(column), title: column.number ? null : text || null }, text);
  }));
  row.device = device;
  return row;
}

function toggle(device) {
  const row = [...byId("body").children].find((candidate) => candidate.device === device);
  if (row) setOpen(row, !opened.has(device));
}

function setOpen(row, open) {
  const device = row.device;
  const button = row.querySelector(".name");
  if (open === opened.has(device)) return;
  row.classList.toggle("open", open);
  button.setAttribute("aria-expanded", String(open));
  if (open) {
    const id = `${button.id}-detail`;
    const detail = make("tr", { class: "detail", id }, make("td", { colspan: COLUMNS.length }, detailOf(device)));
    button.setAttribute("aria-controls", id);
    opened.set(device, detail);
    row.after(detail);
  } else {
    button.removeAttribute("aria-controls");
    opened.get(device).remove();
    opened.delete(device);
  }
}

function openSome(choose) {
  const rows = [...byId("body").children].filter((row) => row.device && !opened.has(row.device) && choose(row.device)).slice(0, MOST_OPENED);
  for (const row of rows) setOpen(row, true);
  return rows;
}

function buildHead() {
  byId("title").textContent = report.title;
  document.title = report.title;
  const facts = [report.playbooks.join(", "), `${moment(report.started_at)} ${zone()}`, `took ${duration(report.seconds)}`, check ? "check mode: nothing was changed" : null];
  byId("run").append(...facts.filter(Boolean).map((text) => make("span", {}, text)));
  if (!report.complete) {
    byId("notice").textContent = "The run was stopped before its end. This is what was known by then; devices that no task had reached are missing.";
    byId("notice").hidden = false;
  }
  const total = (state, name, number) => make("button", {
    type: "button", class: state, "data-state": state, "aria-pressed": "false", disabled: state !== "" && !number,
    onclick: () => { view.state = view.state === state ? null : state || null; refresh(); },
  }, make("b", {}, number.toLocaleString("en")), name);
  byId("totals").append(total("", "Devices", report.totals.devices), ...ORDER.map((state) => total(state, stateName(state, check), report.totals[state])));
  byId("head").append(...COLUMNS.map((column) => make("th", {
    scope: "col", "data-key": column.key, class: classesOf(column),
  }, make("button", { type: "button", onclick: () => { view.down = view.key === column.key && !view.down; view.key = column.key; refresh(); } }, column.title))));
  if (report.firmware.length) byId("charts").append(firmwareChart(report.firmware, filterBy));
  if (report.events_by_hour.length) byId("charts").append(eventsChart(report.events_by_hour));
}

function filterBy(text) {
  view.text = byId("filter").value = text;
  refresh();
  byId("filter").focus();
}

function listen() {
  byId("filter").addEventListener("input", (event) => { view.text = event.target.value; refresh(); });
  byId("more").addEventListener("click", () => showMore(PORTION));
  byId("open-all").addEventListener("click", () => {
    if (!openSome(() => true).length) for (const row of [...byId("body").querySelectorAll(".row.open")]) setOpen(row, false);
  });
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && view.shown < view.rows.length) showMore(PORTION);
  }, { rootMargin: "600px" }).observe(byId("more"));
  let printed = [];
  window.addEventListener("beforeprint", () => {
    showMore(view.rows.length);
    printed = openSome((device) => ["failed", "unreachable", "changed"].includes(device.state));
  });
  window.addEventListener("afterprint", () => { for (const row of printed) setOpen(row, false); });
}

buildHead();
listen();
refresh();
