// List and opened row, side by side where there is room; filters, address and keys. Both pages use it.

class Explorer {
  /** `list` as RowList takes it; `names` the filters that have a control; `detail(row)` makes nodes. */
  constructor(rows, { list, names, idOf, detail }) {
    Object.assign(this, { names, idOf, detail });
    this.pane = byId("rows-pane");
    this.opened = null;
    this.list = new RowList(rows, { ...list, onOpen: (row) => this.open(row), onChange: () => this.remember() });
    const search = byId("f-q");
    search.addEventListener("input", () => this.list.filter({ q: search.value }));
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("f-clear").addEventListener("click", () => this.pick({}, false));
    byId("detail-close").addEventListener("click", () => this.close());
    byId("detail-before").addEventListener("click", () => this.step(-1));
    byId("detail-next").addEventListener("click", () => this.step(1));
  }

  /** What the address asks for. */
  begin() {
    const { row: wanted, ...filters } = readAddress();
    this.setFilters(filters);
    const open = wanted && this.list.rows.find((row) => this.idOf(row) === wanted);
    if (open) this.open(open);
  }

  setFilters(filters) {
    const known = this.list.filters;
    for (const name of Object.keys(known)) known[name] = String(filters[name] ?? "");
    for (const name of ["q", ...this.names]) byId(`f-${name}`).value = known[name];
    this.showExtra?.();
    this.list.apply();
  }

  /** These filters and no others, asked for from elsewhere on the page. */
  pick(filters, move = true) {
    this.setFilters(filters);
    if (!move) return;
    byId("rows").scrollIntoView({ block: "start" });
    byId("rows-title").focus({ preventScroll: true });
  }

  remember() {
    writeAddress({ ...this.list.filters, row: this.opened && this.idOf(this.opened) });
  }

  open(row) {
    if (!row) return;
    this.opened = row;
    this.pane.classList.add("split");
    byId("detail-pane").hidden = false;
    fill(byId("detail"), this.detail(row));
    byId("detail-pane").scrollTop = 0;
    this.list.select(row);
    this.remember();
    const { top } = this.pane.getBoundingClientRect();
    const wide = matchMedia("(min-width: 1100px)").matches;
    if (!wide || top > innerHeight * 0.3 || top < -innerHeight) this.pane.scrollIntoView({ block: "start" });
    byId("detail-title").focus({ preventScroll: true });
  }

  close() {
    if (!this.opened) return;
    const row = this.opened;
    this.opened = null;
    this.pane.classList.remove("split");
    byId("detail-pane").hidden = true;
    this.list.select(row);
    this.list.focus();
    this.remember();
  }

  /** The next row, or the one before: opened where one is open, else only marked. */
  step(steps) {
    const row = this.list.near(steps);
    if (!row) return;
    if (this.opened) return this.open(row);
    this.list.select(row);
    this.list.focus();
  }

  keys() {
    return {
      j: ["next row", () => this.step(1)],
      k: ["row before", () => this.step(-1)],
      Enter: ["open the row", () => this.open(this.list.current ?? this.list.shown[0])],
      Escape: ["leave the search, close the row", (event) => (event.target.matches("input, select") ? event.target.blur() : this.close())],
      "/": ["search", () => byId("f-q").focus()],
      "?": ["this help", () => byId("help").showModal()],
    };
  }
}

/** Unpack the rows and make their explorer; says so where the browser cannot. */
async function explore(make) {
  try {
    const explorer = make(await unpacked("packed-rows"));
    startKeys(explorer.keys());
    explorer.begin();
    document.documentElement.dataset.ready = Math.round(performance.now());
    return explorer;
  } catch (error) {
    fill(byId("rows-count"), `The rows could not be unpacked (${plain(error.message)}): a browser from 2023 or later is needed.`);
    throw error;
  }
}
