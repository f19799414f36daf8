// SPDX-FileCopyrightText: 2026 The siteops.devices authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The plan view of a sensor: where it looks, and the areas that it watches, seen from above.

const ASSUMED = [-50, 50];
const STRIP = [-4, 4];

/** mount: see the report's schema. old: the distances before this run, where they changed; predicted: where they would. */
function planOf(mount, old, predicted) {
  const alarm = mount.alarm_distance || 0;
  const prealarm = mount.pre_alarm_distance || 0;
  const far = Math.max(alarm, prealarm, old.alarm_distance || 0, old.pre_alarm_distance || 0);
  if (!far) return null;
  const turned = Math.abs(mount.mount_rotation || 0) % 180;
  const upright = turned >= 45 && turned <= 135;
  const known = mount.min_angle !== undefined && mount.max_angle !== undefined;
  const [from, to] = upright ? STRIP : known ? [mount.min_angle, mount.max_angle] : ASSUMED;
  const azimuth = mount.mount_azimuth || 0;
  const near = Math.min(mount.min_distance || 0, far * 0.9);
  const sector = (kind, radius, title) =>
    radius > near ? draw("path", { class: kind, d: sectorPath(near, radius, azimuth + from, azimuth + to) }, draw("title", {}, title)) : null;
  const box = boundsOf(far, azimuth + from, azimuth + to);
  const [size, legend] = [box[2], []];
  const entry = (kind, text) => legend.push(make("span", {}, make("span", { class: `swatch ${kind}`, "aria-hidden": "true" }), text));
  if (prealarm > alarm) entry("prealarm", `pre-alarm area to ${metres(prealarm)}`);
  entry("alarm", `alarm area to ${metres(alarm)}`);
  const notes = [`azimuth ${azimuth}\u00b0, 0\u00b0 is up`];
  if (upright) notes.push("mounted upright, as a barrier: the width is not to scale");
  else notes.push(`field of view ${to - from}\u00b0${known ? "" : ", assumed"}`);
  if (mount.max_distance) notes.push(`sees ${metres(mount.min_distance || 0)} to ${metres(mount.max_distance)} (dotted)`);
  const before = ["alarm_distance", "pre_alarm_distance"].filter((key) => old[key] && old[key] !== mount[key]);
  if (before.length) notes.push(`dashed: ${predicted ? "as it is now" : "before this run"}`);
  const svg = draw(
    "svg",
    { viewBox: box.join(" "), role: "img", "aria-label": `Plan. Alarm area to ${metres(alarm)}, pre-alarm area to ${metres(prealarm)}, azimuth ${azimuth} degrees.` },
    rings(far, size, azimuth + (from + to) / 2),
    mount.max_distance && mount.max_distance > far ? sector("reach", mount.max_distance, "reach") : null,
    prealarm > alarm ? sector("prealarm", prealarm, `pre-alarm area to ${metres(prealarm)}`) : null,
    sector("alarm", alarm, `alarm area to ${metres(alarm)}`),
    before.map((key) => sector("before", old[key], `${readable(key)} before: ${metres(old[key])}`)),
    draw("circle", { class: "body", r: size / 60 }),
  );
  return make("figure", { class: "plan" }, svg,
    make("figcaption", {}, make("div", { class: "legend" }, legend, notes.map((text) => make("span", {}, text))), mountTable(mount)));
}

const metres = (millimetres) => `${(millimetres / 1000).toLocaleString("en", { maximumFractionDigits: 2 })}\u00a0m`;

/** Millimetres to the right and down; angles clockwise from straight up. */
function at(radius, angle) {
  const radians = (angle * Math.PI) / 180;
  return [radius * Math.sin(radians), -radius * Math.cos(radians)].map((value) => Math.round(value * 10) / 10);
}

function sectorPath(near, radius, from, to) {
  const large = to - from > 180 ? 1 : 0;
  return `M${at(near, from)}L${at(radius, from)}A${radius} ${radius} 0 ${large} 1 ${at(radius, to)}L${at(near, to)}A${near} ${near} 0 ${large} 0 ${at(near, from)}Z`;
}

/** A square view box around the areas and the sensor. */
function boundsOf(radius, from, to) {
  const points = [[0, 0]];
  for (let angle = from; angle <= to; angle += 2) points.push(at(radius, angle));
  points.push(at(radius, to));
  const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
  const size = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) * 1.24;
  const [x, y] = [(Math.max(...xs) + Math.min(...xs)) / 2, (Math.max(...ys) + Math.min(...ys)) / 2];
  return [x - size / 2, y - size / 2, size, size];
}

/** Circles of equal distance, with their metres along the middle of the view. */
function rings(far, size, middle) {
  const step = [250, 500, 1000, 2000, 5000, 10000, 20000].find((candidate) => far / candidate <= 4) || far;
  const found = [];
  for (let radius = step; radius <= far * 1.2; radius += step) {
    found.push(draw("path", { class: "axis", d: `M${at(radius, middle - 90)}A${radius} ${radius} 0 0 1 ${at(radius, middle + 90)}` }));
    const [x, y] = at(radius, middle);
    const label = draw("text", { x, y: y - size / 120, "text-anchor": "middle" }, metres(radius));
    label.style.fontSize = `${size / 24}px`;
    found.push(label);
  }
  return found;
}

function mountTable(mount) {
  const rows = [
    ["height", mount.mount_height, "mm"],
    ["elevation", mount.mount_elevation, "\u00b0"],
    ["rotation", mount.mount_rotation, "\u00b0"],
    ["azimuth", mount.mount_azimuth, "\u00b0"],
  ].filter((row) => row[1] !== undefined);
  return rows.length ? smallTable("Mount", null, rows.map(([name, value, unit]) => [name, make("td", { class: "number" }, unit === "mm" ? `${value} mm` : `${value}${unit}`)])) : null;
}
