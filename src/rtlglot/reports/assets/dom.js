// Elements are only ever built here, from text: no markup of a model or a dataset is parsed.

const SVG = "http://www.w3.org/2000/svg";

/** An element: el("p.note", {title: "…"}, "text", child). `on` holds listeners, `data` data attributes. */
function el(kind, properties = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  return filled(document.createElement(tag), classes, properties, children);
}

/** The same for SVG. */
function svg(kind, attributes = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  return filled(document.createElementNS(SVG, tag), classes, attributes, children);
}

function filled(node, classes, properties, children) {
  if (classes.length) node.setAttribute("class", classes.join(" "));
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "css") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
    else node.setAttribute(name, value === true ? "" : value);
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

/** Replace what a node holds. */
function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

const byId = (id) => document.getElementById(id);

// Characters that hide, reorder or break text: C0 and C1 controls (tab and newline apart), soft hyphen,
// fillers, zero-width and bidirectional marks, tags, variation selectors beyond the emoji one.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;

const codePoint = (character) =>
  "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");

/** Text as nodes, with everything invisible made visible. */
function visible(text) {
  const source = String(text).replaceAll("\r\n", "\n");
  const nodes = [];
  let last = 0;
  for (const match of source.matchAll(HIDDEN)) {
    if (match.index > last) nodes.push(source.slice(last, match.index));
    nodes.push(el("span.hidden-character", { title: "a character that cannot be seen" }, codePoint(match[0])));
    last = match.index + match[0].length;
  }
  if (last < source.length) nodes.push(source.slice(last));
  return nodes;
}

/** Text as a string for attributes, with everything invisible made visible. */
const plain = (text) => String(text).replace(HIDDEN, (c) => `<${codePoint(c)}>`);

/** A value of the data that may have been cut: its text. */
const textOf = (value) => (value === null || value === undefined ? "" : typeof value === "string" ? value : value.t);

/** The note about what was cut away, or null. */
const cutNote = (value) =>
  value && typeof value === "object" && value.more
    ? el("p.cut", {}, `… ${count(value.more, "more character")} left out here; the ledger has them.`)
    : null;

const number = (value, digits = 0) =>
  value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: 0 });
const count = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
const percent = (part, whole) => {
  if (!whole) return "–";
  const share = (100 * part) / whole;
  if (part && share < 0.1) return "< 0.1 %";
  return part < whole && share > 99.9 ? "> 99.9 %" : `${number(share, share < 10 ? 1 : 0)} %`;
};

/** 1,234 as "1.2 k". */
function short(value) {
  for (const [size, unit] of [[1e9, " G"], [1e6, " M"], [1e3, " k"]]) {
    if (value >= size) return number(value / size, value < 10 * size ? 1 : 0) + unit;
  }
  return number(value, value < 10 ? 1 : 0);
}

function duration(seconds) {
  if (seconds < 1) return `${number(seconds * 1000)} ms`;
  if (seconds < 10) return `${number(seconds, 1)} s`;
  if (seconds < 60) return `${number(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${number(Math.floor(seconds / 3600))} h ${Math.floor((seconds % 3600) / 60)} min`;
}

const moment = (seconds) =>
  new Date(seconds * 1000).toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" });
const words = (name) => String(name).replaceAll("_", " ");

/** A status as shape and word: colour is never alone. */
const MARKS = { accepted: "✓", mended: "✓", rejected: "✕", failed: "⊘", pending: "…" };
function badge(status, label = status) {
  return el(`span.badge.s-${status}`, {}, el("span.mark", { "aria-hidden": "true" }, MARKS[status] ?? "•"), label);
}

/** How sure an accepted text is, in words; nothing where nothing vouched for it. */
const howSure = (assurance) => ({ none: "", read: "not contradicted" })[assurance] ?? assurance;

const SAYS = { pass: "yes", equivalent: "yes", fail: "no", different: "no", "ports-differ": "no", leak: "no" };
/** What a check's status means for its text: yes, no, or unknown. */
const meaning = (status) => SAYS[status] ?? "unknown";
function verdictBadge(verdict) {
  const says = meaning(verdict.status);
  return el(
    `span.badge.v-${says}`, {},
    el("span.mark", { "aria-hidden": "true" }, { yes: "✓", no: "✕", unknown: "?" }[says]),
    `${verdict.check}: ${words(verdict.status)}`,
  );
}

function button(label, call, properties = {}) {
  return el("button", { type: "button", on: { click: call }, ...properties }, label);
}

/** Copy, also where a page from disk has no clipboard of its own. */
async function copy(text, pressed) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "off-screen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const before = pressed.textContent;
  pressed.textContent = "copied";
  setTimeout(() => (pressed.textContent = before), 1200);
}
const copyButton = (label, text) => button(label, (event) => copy(text, event.currentTarget), { class: "quiet" });
