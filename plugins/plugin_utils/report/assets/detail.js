// SPDX-FileCopyrightText: 2026 The siteops.devices authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What happened to one device. Built when its row is opened.

const MOST_SHOWN_EVENTS = 25;

function detailOf(device) {
  const parts = [
    failuresOf(device.failures),
    changesOf(device.changes),
    updatesOf(device.updates),
    device.mount ? part("Areas", planOf(device.mount, distancesBefore(device.changes), device.predicted)) : null,
    device.findings.length ? part("Findings", make("ul", { class: "list" }, device.findings.map((text) => make("li", {}, text)))) : null,
    eventsOf(device.events),
    factsOf(device),
  ];
  return make("div", { class: "parts" }, parts);
}

function part(heading, content, wide = false) {
  return content === null ? null : make("section", wide ? { class: "wide" } : {}, make("h3", {}, heading), content);
}

function failuresOf(failures) {
  if (!failures.length) return null;
  return part(failures.length === 1 ? "Failure" : "Failures", make("div", {}, failures.map((failure) => {
    const about = [failure.task, failure.module, failure.kind ? `kind: ${failure.kind}` : null, failure.http_status === null ? null : `HTTP ${failure.http_status}`];
    if (failure.code !== null) about.push(`code ${failure.code}`);
    if (failure.handled) about.push("the playbook went on");
    return make("div", { class: failure.handled ? "failure handled" : "failure" }, make("p", {}, failure.message),
      make("p", { class: "soft" }, about.filter((text) => text !== null).join(" \u00b7 ")));
  })), true);
}

function changesOf(changes) {
  if (!changes.length) return null;
  const tables = changes.map((change) => {
    const caption = `${change.task}${change.check_mode ? " (would be changed)" : ""}`;
    if (!change.fields.length) return make("p", { class: "soft" }, `${caption}: what changed is not known. Run with --diff to see it.`);
    return smallTable(caption, ["field", "before", "after"], change.fields.map((row) => [readable(row.field), side(row, "before", "old"), side(row, "after", "new")]));
  });
  return part("Changes", make("div", {}, tables));
}

function side(row, key, kind) {
  if (!(key in row)) return make("td", { class: "soft" }, key === "before" ? "not set" : "removed");
  return make("td", { class: kind }, make("span", { class: "value" }, valueOf(row[key], row.unit)));
}

function updatesOf(updates) {
  if (!updates.length) return null;
  const rows = updates.map((row) => [readable(row.component), row.from ?? "unknown", row.to ?? "unknown", `${readable(row.action)}${row.check_mode && row.action === "updated" ? " (predicted)" : ""}`]);
  return part("Firmware update", smallTable(null, ["part", "from", "to", "what was done"], rows));
}

function eventsOf(events) {
  if (!events.length) return null;
  const rows = events.slice(0, MOST_SHOWN_EVENTS).map((event) => [moment(event.at), readable(event.type ?? "unknown"), readable(event.cause ?? ""), duration(event.duration)]);
  const left = events.length - rows.length;
  return part("Events", make("div", {}, smallTable(`Newest first, times in ${zone()}`, ["began", "type", "cause", "lasted"], rows),
    left > 0 ? make("p", { class: "soft" }, `and ${plural(left, "older one")}`) : null));
}

function factsOf(device) {
  const firmware = inOrder(Object.keys(device.firmware)).map((name) => [readable(name), device.firmware[name]]);
  const rows = device.tasks.map((task) => [task.task, task.module, make("td", {}, make("span", { class: `state ${task.state}` }, readable(task.state))), make("td", { class: "number" }, duration(task.seconds))]);
  return part("Tasks", make("div", {}, smallTable(null, ["task", "module", "state", "took"], rows),
    firmware.length ? smallTable("Firmware", null, firmware) : null));
}

/** The sensor's distances before the first change of this run. */
function distancesBefore(changes) {
  const found = {};
  for (const change of changes) {
    for (const row of change.fields) {
      if (/^(pre_)?alarm_distance$/.test(row.field) && typeof row.before === "number" && !(row.field in found)) found[row.field] = row.before;
    }
  }
  return found;
}
