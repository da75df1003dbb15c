// The report: draws the numbers at once, then unpacks the rows.

function drawTop(meta, numbers, pick) {
  const of = (status) => Object.values(numbers.outcomes[status] ?? {}).reduce((a, b) => a + b, 0);
  const tile = (status, title, value, note) =>
    el(`div.tile.s-${status}`, {}, el("dt", {}, badge(status, title)), el("dd", {}, number(value), el("span.share", {}, note)));
  const total = numbers.total;
  const tiles = [
    el("div.tile", {}, el("dt", {}, "rows in"), el("dd", {}, number(total), el("span.share", {}, meta.input ? plain(meta.input) : ""))),
    tile("accepted", "accepted", of("accepted"), percent(of("accepted"), total) + (numbers.mended ? `, ${number(numbers.mended)} of them after repair` : "")),
    tile("rejected", "rejected", of("rejected"), `${percent(of("rejected"), total)}: checks said no`),
    tile("failed", "failed", of("failed"), `${percent(of("failed"), total)}: no usable text`),
    of("pending") ? tile("pending", "pending", of("pending"), `${percent(of("pending"), total)}: no outcome yet`) : null,
  ];
  fill(byId("tiles"), tiles);
  const parts = [["s-accepted", "accepted at once", of("accepted") - numbers.mended], ["s-mended", "accepted after repair", numbers.mended], ...["rejected", "failed", "pending"].map((s) => ["s-" + s, s, of(s)])];
  fill(byId("share"), stack(parts, total, "all rows"));
  fill(byId("notes"), meta.notes.map((note) => el("li", {}, visible(note))));
  if (total) {
    flow(byId("flow"), numbers, pick);
    fill(byId("flow-table"), flowTable(numbers));
  } else byId("flow-part").hidden = true;
}

function drawChecks(numbers, find) {
  if (!numbers.rungs.length) return (byId("checks").hidden = true);
  const repaired = numbers.mended > 0 || numbers.rungs.some((r) => JSON.stringify(r.first) !== JSON.stringify(r.final));
  const columns = ["check", repaired ? "first texts" : "texts", repaired ? "deciding texts, after repair" : null].filter(Boolean);
  const lines = numbers.rungs.map((rung) => el("tr", {}, el("th", { scope: "row" }, plain(rung.check)), el("td", {}, verdictStack(rung.first, `${rung.check}, first texts`)), repaired ? el("td", {}, verdictStack(rung.final, `${rung.check}, deciding texts`)) : null));
  fill(byId("rungs"), el("table.plain.rungs", {}, el("thead", {}, el("tr", {}, columns.map((c) => el("th", { scope: "col" }, c)))), el("tbody", {}, lines)), legend([["v-yes", "said yes"], ["v-unknown", "cannot say"], ["v-no", "said no"]]));
  if (!numbers.findings.length) return (byId("findings-part").hidden = true);
  const most = numbers.findings[0].rows;
  const line = (f) =>
    el("tr", {},
      el("th", { scope: "row" }, button([el("span.faint", {}, plain(f.check)), " ", plain(f.code)], () => find(`${f.check} ${f.code}`), { class: "link" })),
      el("td", {}, el(`span.severity.f-${f.severity}`, {}, f.severity)),
      el("td.n", {}, number(f.rows)),
      el("td.bar-cell", {}, el("span.bar", { css: { width: `${(100 * f.rows) / most}%` } }, el("span.bar-inner", { css: { width: `${(100 * f.accepted) / f.rows}%` } }))),
      el("td.n", {}, percent(f.accepted, f.rows)),
      el("td.example", {}, visible(f.example)));
  const head = [["finding", ""], ["", ""], ["rows", ".n"], ["", ""], ["accepted in the end", ".n"], ["for example", ""]];
  fill(byId("findings"), el("table.plain", {}, el("thead", {}, el("tr", {}, head.map(([t, k]) => el(t ? `th${k}` : "td", t ? { scope: "col" } : {}, t)))), el("tbody", {}, numbers.findings.map(line))));
}

function drawTime(meta, numbers) {
  const { timeline, bought, seconds } = numbers;
  if (!timeline) return (byId("time").hidden = true);
  const settled = (bin) => ["accepted", "rejected", "failed"].map((s) => [`s-${s}`, s, bin[0][s] ?? 0]);
  const tokens = (bin) => [["k-out", "out", bin[3]], ["k-cached", "in, from the cache", bin[4]], ["k-in", "in", bin[2] - bin[4]]];
  const rows = numbers.total - (numbers.outcomes.pending?.[""] ?? 0);
  const facts = [
    ["working time", duration(timeline.seconds)],
    ["rows a second", short(rows / Math.max(timeline.seconds, 1e-9))],
    bought.replies ? ["replies", number(bought.replies)] : null,
    bought.replies ? ["tokens in", short(bought.prompt) + (bought.cached ? `, ${percent(bought.cached, bought.prompt)} from the cache` : "")] : null,
    bought.replies ? ["tokens out", short(bought.completion)] : null,
    bought.replies && rows ? ["tokens out a row", short(bought.completion / rows)] : null,
    seconds ? ["a reply takes", `${duration(seconds.p50)} (95 %: ${duration(seconds.p95)})`] : null,
    meta.cost ? ["cost", meta.cost] : null,
  ];
  fill(byId("time-facts"), facts.filter(Boolean).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  fill(byId("time-charts"),
    el("div", {}, overTime("Rows settled", timeline, settled, "rows/s"), legend([["s-accepted", "accepted"], ["s-rejected", "rejected"], ["s-failed", "failed"]])),
    bought.replies ? el("div", {}, overTime("Tokens", timeline, tokens, "tokens/s"), legend([["k-in", "in"], bought.cached ? ["k-cached", "in, from the cache"] : null, ["k-out", "out"]].filter(Boolean))) : null);
}

function drawLengths(numbers) {
  const all = [
    histogram("Characters of a text", numbers.characters, " characters"),
    histogram("Tokens of a prompt", numbers.prompt_tokens, " tokens"),
    histogram("Tokens of a reply", numbers.completion_tokens, " tokens"),
    histogram("Time of a reply", numbers.seconds, "", duration),
  ].filter(Boolean);
  if (all.length) fill(byId("spreads"), all);
  else byId("lengths").hidden = true;
}

function drawRecipe(meta) {
  fill(byId("recipe"), meta.facts.map(([name, value]) => el("div", {}, el("dt", {}, plain(name)), el("dd", {}, visible(value)))));
}

// -- the rows -----------------------------------------------------------------------------------

class Explorer {
  constructor(meta, rows, shared) {
    this.meta = meta;
    this.context = { pair: meta.pair, shared };
    this.detail = byId("detail");
    this.pane = byId("rows-pane");
    this.list = new RowList(rows, { onOpen: (row) => this.open(row), onChange: () => this.tell() });
    this.makeFilters(rows);
    const { row: wanted, ...filters } = readAddress();
    for (const [name, value] of Object.entries(filters)) if (name in this.list.filters) this.list.filters[name] = value;
    this.showFilters();
    this.list.apply();
    const open = wanted && rows.find((row) => row.id === wanted);
    if (open) this.open(open);
  }

  makeFilters(rows) {
    const options = (id, title, values) => {
      const select = byId(id);
      fill(select, el("option", { value: "" }, title), values.map(([value, n, label]) => el("option", { value }, `${plain(label ?? words(value))} (${number(n)})`)));
      select.closest("label").hidden = values.length < 2;
      select.addEventListener("change", () => this.list.filter({ [id.slice(2)]: select.value }));
    };
    const names = { accepted: "accepted at once", mended: "accepted after repair" };
    options("f-status", "any", tally(rows, shownStatus).map(([s, n]) => [s, n, names[s] ?? s]));
    options("f-reason", "any", tally(rows, (r) => (r.status === "accepted" ? "" : r.reason)));
    options("f-rung", "any", tally(rows, (r) => r.rung));
    options("f-group", "any", tally(rows, (r) => r.group));
    const search = byId("f-q");
    search.addEventListener("input", () => this.list.filter({ q: search.value }));
    byId("f-clear").addEventListener("click", () => this.clear());
    byId("f-finding").addEventListener("click", () => this.pick({ finding: "" }, false));
  }

  clear() {
    for (const name of Object.keys(this.list.filters)) this.list.filters[name] = "";
    this.showFilters();
    this.list.apply();
  }

  showFilters() {
    const { filters } = this.list;
    for (const name of ["q", "status", "reason", "rung", "group"]) byId(`f-${name}`).value = filters[name];
    if (filters.status && !byId("f-status").value) byId("f-status").value = "";
    const chip = byId("f-finding");
    chip.hidden = !filters.finding;
    fill(chip, `finding: ${plain(filters.finding)} `, el("span", { "aria-hidden": "true" }, "✕"), el("span.off-screen", {}, "remove"));
  }

  /** Filters from elsewhere on the page: the others are cleared. */
  pick(filters, clear = true) {
    if (clear) for (const name of Object.keys(this.list.filters)) this.list.filters[name] = "";
    for (const [name, value] of Object.entries(filters)) if (name in this.list.filters) this.list.filters[name] = value;
    this.showFilters();
    this.list.apply();
    byId("rows").scrollIntoView({ block: "start" });
    byId("rows-title").focus({ preventScroll: true });
  }

  tell() {
    const { shown, rows, filters } = this.list;
    const all = shown.length === rows.length;
    fill(byId("rows-count"), all ? count(rows.length, "row") : `${number(shown.length)} of ${count(rows.length, "row")}`);
    byId("f-clear").disabled = !Object.values(filters).some(Boolean);
    byId("rows-none").hidden = shown.length > 0;
    this.remember();
  }

  remember() {
    writeAddress({ ...this.list.filters, row: this.opened?.id });
  }

  open(row, { focus = true } = {}) {
    if (!row) return;
    this.opened = row;
    this.pane.classList.add("split");
    byId("detail-pane").hidden = false;
    fill(this.detail, rowDetail(row, this.context));
    byId("detail-pane").scrollTop = 0;
    this.list.select(row);
    this.remember();
    if (focus) byId("detail-title").focus({ preventScroll: this.wide() });
    if (!this.wide()) byId("rows").scrollIntoView({ block: "start" });
  }

  wide() {
    return matchMedia("(min-width: 1100px)").matches;
  }

  close() {
    if (!this.opened) return;
    const row = this.opened;
    this.opened = null;
    this.pane.classList.remove("split");
    byId("detail-pane").hidden = true;
    this.list.select(row);
    this.list.body.querySelector("tr.current .row-link")?.focus();
    this.remember();
  }

  step(steps) {
    const row = this.list.near(steps);
    if (!row) return;
    if (this.opened) this.open(row, { focus: true });
    else {
      this.list.select(row);
      this.list.body.querySelector("tr.current .row-link")?.focus({ preventScroll: true });
    }
  }
}

async function start() {
  startTheme();
  const meta = JSON.parse(byId("meta").textContent);
  const numbers = JSON.parse(byId("numbers").textContent);
  let explorer = null;
  const pick = (leaf) => explorer?.pick({ status: leaf.status, reason: leaf.reason, rung: leaf.rung });
  drawTop(meta, numbers, pick);
  drawChecks(numbers, (finding) => explorer?.pick({ finding }));
  drawTime(meta, numbers);
  drawLengths(numbers);
  drawRecipe(meta);
  try {
    const { rows, shared } = await unpacked("packed-rows");
    explorer = new Explorer(meta, rows, shared);
  } catch (error) {
    fill(byId("rows-count"), `The rows could not be unpacked (${error.message}): a browser from 2023 or later is needed.`);
    throw error;
  }
  byId("detail-close").addEventListener("click", () => explorer.close());
  byId("detail-before").addEventListener("click", () => explorer.step(-1));
  byId("detail-next").addEventListener("click", () => explorer.step(1));
  startKeys({
    j: ["next row", () => explorer.step(1)],
    k: ["row before", () => explorer.step(-1)],
    Enter: ["open the row", () => explorer.open(explorer.list.current ?? explorer.list.shown[0])],
    Escape: ["leave the search, close the row", (event) => (event.target.matches("input, select") ? event.target.blur() : explorer.close())],
    "/": ["search", () => byId("f-q").focus()],
    "?": ["this help", () => byId("help").showModal()],
  });
  document.documentElement.dataset.ready = Math.round(performance.now());
}

start();
