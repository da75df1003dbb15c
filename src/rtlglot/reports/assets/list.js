// The list of rows: search, filters, order. Only what is near the screen is in the document.

const CHUNK = 60;

/** Words that must all be there; "quoted words" stay together. */
const searchTerms = (text) => [...text.toLowerCase().matchAll(/"([^"]+)"?|(\S+)/g)].map((m) => m[1] ?? m[2]);

class RowList {
  /** `columns` as below; `keep(row, filters)` filters beyond the search, `haystack(row)` is what it searches. */
  constructor(rows, { columns, filters, keep, haystack, onOpen, onChange }) {
    Object.assign(this, { rows, filters, keep, haystack, onOpen, onChange });
    this.shown = rows;
    this.order = { key: columns[0].key, down: false };
    this.current = null;
    this.haystacks = null;
    this.body = byId("rows-body");
    this.columns = columns.filter((c) => !c.optional || rows.some((row) => c.of(row)));
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
        button([column.title, el("span.arrow", { "aria-hidden": "true" }, arrow)], () => this.sortBy(column), { class: "sort" }),
      );
    })));
  }

  /** The first press of a number's column shows the largest on top. */
  sortBy(column) {
    const again = this.order.key === column.key;
    this.order = { key: column.key, down: again ? !this.order.down : Boolean(column.numeric && column.key !== "position") };
    this.drawHead();
    byId("rows-head").querySelector(`.c-${column.key} button`)?.focus();
    this.apply();
  }

  /** Set some filters and show what they leave. */
  filter(changed) {
    Object.assign(this.filters, changed);
    this.apply();
  }

  apply() {
    const terms = searchTerms(this.filters.q);
    if (terms.length) this.haystacks ??= this.rows.map((row) => this.haystack(row).toLowerCase());
    const kept = this.rows.filter((row, i) => this.keep(row, this.filters) && terms.every((term) => this.haystacks[i].includes(term)));
    const { of } = this.columns.find((c) => c.key === this.order.key);
    const sign = this.order.down ? -1 : 1;
    kept.sort((a, b) => sign * (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0));
    this.shown = kept;
    this.drawn = 0;
    fill(this.body);
    this.drawMore();
    byId("rows-table").setAttribute("aria-rowcount", kept.length + 1);
    byId("rows-none").hidden = kept.length > 0;
    byId("f-clear").disabled = !Object.values(this.filters).some(Boolean);
    fill(byId("rows-count"), kept.length === this.rows.length ? count(kept.length, "row") : `${number(kept.length)} of ${count(this.rows.length, "row")}`);
    this.onChange();
  }

  drawMore(until = this.drawn + CHUNK) {
    const part = document.createDocumentFragment();
    for (; this.drawn < Math.min(until, this.shown.length); this.drawn++) part.append(this.line(this.shown[this.drawn], this.drawn));
    this.body.append(part);
    byId("rows-end").hidden = this.drawn >= this.shown.length;
  }

  line(row, place) {
    const open = (event) => (event.stopPropagation(), this.onOpen(row));
    const cell = (column) => (column.link ? [button(visible(column.of(row)), open, { class: "row-link" }), column.below?.(row)] : column.cell(row));
    return el(
      "tr", { "aria-rowindex": place + 2, class: row === this.current ? "current" : null, on: { click: open } },
      this.columns.map((c) => el(`td.c-${c.key}${c.numeric ? ".n" : ""}`, {}, cell(c))),
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

  /** Put the focus on the current row. */
  focus() {
    this.body.querySelector("tr.current .row-link")?.focus({ preventScroll: true });
  }

  /** The row so many places from the current one; at the ends the current one. */
  near(steps) {
    const place = this.shown.indexOf(this.current);
    if (place < 0) return this.shown[0];
    return this.shown[Math.max(0, Math.min(this.shown.length - 1, place + steps))];
  }
}

/** Fill a select with what occurs in the rows: [[value, rows, label], …]; hidden where there is no choice. */
function makeSelect(id, values, call) {
  const select = byId(id);
  fill(select, el("option", { value: "" }, "any"), values.map(([value, n, label]) => el("option", { value }, `${plain(label ?? words(value))} (${number(n)})`)));
  select.closest("label").hidden = values.length < 2;
  select.addEventListener("change", () => call(select.value));
}

/** How often each value occurs: [[value, rows], …], the most frequent first. */
function tally(rows, of) {
  const found = new Map();
  for (const row of rows) {
    const value = of(row);
    if (value) found.set(value, (found.get(value) ?? 0) + 1);
  }
  return [...found].sort((a, b) => b[1] - a[1]);
}
