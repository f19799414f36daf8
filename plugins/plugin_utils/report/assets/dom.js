// SPDX-FileCopyrightText: 2026 The siteops.devices authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Elements and words. Everything that comes from the data becomes text here, and nothing else.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children. A child is a node, or becomes text; null is left out. */
function make(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function draw(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

const byId = (id) => document.getElementById(id);

const STATES = {
  failed: "Failed",
  unreachable: "Unreachable",
  unfinished: "Not finished",
  changed: "Changed",
  unchanged: "Unchanged",
  skipped: "Skipped",
};

/** The name of a state; predicted: what would be done was not done. */
function stateName(state, predicted) {
  return predicted && state === "changed" ? "Would change" : STATES[state] || state;
}

const FIRST = ["sensor", "appliance"];

/** Names of components, what a device is about first. */
function inOrder(names) {
  return [...FIRST.filter((name) => names.includes(name)), ...names.filter((name) => !FIRST.includes(name))];
}

function plural(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 3600 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const ZONE = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

function moment(text) {
  const date = new Date(text);
  return isNaN(date) ? String(text) : MOMENT.format(date);
}

function zone() {
  const part = ZONE.formatToParts(new Date()).find((found) => found.type === "timeZoneName");
  return part ? part.value : "";
}

function readable(word) {
  return String(word).replaceAll("_", " ");
}

/** A value of a configuration: text as it is, anything else as JSON. */
function valueOf(value, unit) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, typeof value === "object" && value !== null ? 1 : undefined);
  return text === "" ? "(empty)" : unit && typeof value === "number" ? `${text}\u00a0${unit}` : text;
}

/** A small table: captions and headings are words of ours or texts of the data, rows are lists of cells. */
function smallTable(caption, headings, rows) {
  return make(
    "table",
    { class: "small" },
    caption ? make("caption", {}, caption) : null,
    headings ? make("thead", {}, make("tr", {}, headings.map((text) => make("th", { scope: "col" }, text)))) : null,
    make("tbody", {}, rows.map((cells) => make("tr", {}, cells.map((cell, index) =>
      cell instanceof HTMLTableCellElement ? cell : make(index ? "td" : "th", index ? {} : { scope: "row" }, cell))))),
  );
}
