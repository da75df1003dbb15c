// The list of rows: search, filters, order. Only what is near the screen is in the document.

const CHUNK = 60;

const COLUMNS = [
  { key: "position", title: "#", numeric: true, of: (row) => row.position },
  { key: "id", title: "Row", of: (row) => row.id },
  { key: "status", title: "Ended as", of: (row) => `${row.status} ${row.reason} ${row.rung} ${row.mended}` },
  { key: "group", title: "Source", of: (row) => row.group },
  { key: "attempts", title: "Tries", numeric: true, of: (row) => row.attempts.length },
  { key: "characters", title: "Length", numeric: true, of: (row) => row.characters ?? 0 },
  { key: "tokens", title: "Tokens", numeric: true, of: (row) => row.tokens[1] },
  { key: "seconds", title: "Time", numeric: true, of: (row) => row.seconds },
];

const shownStatus = (row) => (row.mended ? "mended" : row.status);

/** What can be searched of a row, in lower case. */
function haystack(row) {
  const inputs = row.input ? Object.values(row.input).map(textOf) : [];
  const asked = row.input ? [] : row.attempts.map((a) => textOf(a.message));
  const replies = row.text === null ? row.attempts.map((a) => textOf(a.reply)) : [];
  const codes = row.attempts.flatMap((a) => a.verdicts.flatMap((v) => [`${v.check} ${v.status}`, ...v.findings.map((f) => f[1])]));
  return [row.id, row.reason, row.group, textOf(row.detail), textOf(row.text), ...inputs, ...asked, ...replies, ...codes].join("\n").toLowerCase();
}

/** Words that must all be there; "quoted words" stay together. */
const searchTerms = (text) => [...text.toLowerCase().matchAll(/"([^"]+)"?|(\S+)/g)].map((m) => m[1] ?? m[2]);

class RowList {
  constructor(rows, { onOpen, onChange }) {
    this.rows = rows;
    this.shown = rows;
    this.filters = { q: "", status: "", reason: "", rung: "", group: "", finding: "" };
    this.order = { key: "position", down: false };
    this.current = null;
    this.onOpen = onOpen;
    this.onChange = onChange;
    this.haystacks = null;
    this.body = byId("rows-body");
    this.columns = COLUMNS.filter((c) => (c.key !== "group" || rows.some((r) => r.group)) && (c.key !== "seconds" || rows.some((r) => r.seconds)) && (c.key !== "tokens" || rows.some((r) => r.tokens[1])));
    this.drawHead();
    const more = new IntersectionObserver((seen) => seen.some((s) => s.isIntersecting) && this.drawMore(), { rootMargin: "600px" });
    more.observe(byId("rows-end"));
  }

  drawHead() {
    fill(byId("rows-head"), el("tr", {}, this.columns.map((column) => {
      const sorted = this.order.key === column.key ? (this.order.down ? "descending" : "ascending") : "none";
      const arrow = { ascending: "▲", descending: "▼", none: "" }[sorted];
      return el(
        `th.c-${column.key}${column.numeric ? ".n" : ""}`, { scope: "col", "aria-sort": sorted },
        button([column.title, el("span.arrow", { "aria-hidden": "true" }, arrow)], () => this.sortBy(column.key), { class: "sort" }),
      );
    })));
  }

  sortBy(key) {
    const down = this.order.key === key ? !this.order.down : Boolean(COLUMNS.find((c) => c.key === key).numeric && key !== "position");
    this.order = { key, down };
    this.drawHead();
    byId("rows-head").querySelector(`.c-${key} button`)?.focus();
    this.apply();
  }

  /** Set some filters and show what they leave. */
  filter(changed) {
    Object.assign(this.filters, changed);
    this.apply();
  }

  apply() {
    const { q, status, reason, rung, group, finding } = this.filters;
    const terms = searchTerms(q);
    if (terms.length) this.haystacks ??= this.rows.map(haystack);
    const kept = this.rows.filter((row, i) =>
      (!status || shownStatus(row) === status || (status === "accepted+" && row.status === "accepted")) &&
      (!reason || row.reason === reason) &&
      (!rung || row.rung === rung) &&
      (!group || row.group === group) &&
      (!finding || hasFinding(row, finding)) &&
      terms.every((term) => this.haystacks[i].includes(term)));
    const { of } = COLUMNS.find((c) => c.key === this.order.key);
    const sign = this.order.down ? -1 : 1;
    if (this.order.key !== "position" || this.order.down) {
      kept.sort((a, b) => sign * (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0));
    }
    this.shown = kept;
    this.drawn = 0;
    fill(this.body);
    this.drawMore();
    byId("rows-table").setAttribute("aria-rowcount", kept.length + 1);
    this.onChange();
  }

  drawMore(until = this.drawn + CHUNK) {
    const part = document.createDocumentFragment();
    for (; this.drawn < Math.min(until, this.shown.length); this.drawn++) part.append(this.line(this.shown[this.drawn], this.drawn));
    this.body.append(part);
    byId("rows-end").hidden = this.drawn >= this.shown.length;
  }

  line(row, place) {
    const open = () => this.onOpen(row);
    const cells = {
      position: () => number(row.position + 1),
      id: () => el("button", { type: "button", class: "row-link", on: { click: (e) => (e.stopPropagation(), open()) } }, visible(row.id)),
      status: () => [badge(shownStatus(row), row.mended ? "repaired" : row.status), row.status === "accepted" || !row.reason ? null : el("span.reason", {}, row.rung || words(row.reason))],
      group: () => visible(row.group),
      attempts: () => String(row.attempts.length || ""),
      characters: () => (row.characters === null ? "" : number(row.characters)),
      tokens: () => (row.tokens[1] ? number(row.tokens[1]) : ""),
      seconds: () => (row.seconds ? duration(row.seconds) : ""),
    };
    return el(
      "tr", { "aria-rowindex": place + 2, class: row === this.current ? "current" : null, data: { place }, on: { click: open } },
      this.columns.map((c) => el(`td.c-${c.key}${c.numeric ? ".n" : ""}`, {}, cells[c.key]())),
    );
  }

  /** Mark a row as the one that keys act on. */
  select(row, { scroll = true } = {}) {
    this.body.querySelector("tr.current")?.classList.remove("current");
    this.current = row;
    const place = this.shown.indexOf(row);
    if (place < 0) return;
    if (place >= this.drawn) this.drawMore(place + CHUNK);
    const line = this.body.children[place];
    line.classList.add("current");
    if (scroll) line.scrollIntoView({ block: "nearest" });
  }

  /** The row so many places from the current one; at the ends the current one. */
  near(steps) {
    const place = this.shown.indexOf(this.current);
    if (place < 0) return this.shown[0];
    return this.shown[Math.max(0, Math.min(this.shown.length - 1, place + steps))];
  }
}

const hasFinding = (row, finding) => row.attempts.some((a) => a.verdicts.some((v) => v.findings.some((f) => `${v.check} ${f[1]}` === finding)));

/** How often each value occurs: [[value, rows], …], the most frequent first. */
function tally(rows, of) {
  const found = new Map();
  for (const row of rows) {
    const value = of(row);
    if (value) found.set(value, (found.get(value) ?? 0) + 1);
  }
  return [...found].sort((a, b) => b[1] - a[1]);
}
