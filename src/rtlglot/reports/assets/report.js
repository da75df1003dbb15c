// The report: draws the numbers at once, then unpacks the rows.

function drawTop(meta, numbers, pick) {
  const of = (status) => Object.values(numbers.outcomes[status] ?? {}).reduce((a, b) => a + b, 0);
  const tile = (status, title, value, note) =>
    el(`div.tile.s-${status}`, {}, el("dt", {}, badge(status, title)), el("dd", {}, number(value), el("span.share", {}, note)));
  const total = numbers.total;
  const sure = Object.entries(numbers.assurances).map(([name, rows]) => `${number(rows)} ${howSure(name) || "by no check"}`);
  const accepted = [percent(of("accepted"), total), ...sure, numbers.mended ? `${number(numbers.mended)} of them after repair` : null,
    ...Object.entries(numbers.reserved).map(([name, rows]) => (rows ? `${number(rows)} ${name === "warned" ? "with warnings" : "where a check could not say"}` : null))];
  const tiles = [
    el("div.tile", {}, el("dt", {}, "rows in"), el("dd", {}, number(total), el("span.share", {}, meta.input ? plain(meta.input) : ""))),
    tile("accepted", "accepted", of("accepted"), accepted.filter(Boolean).join(", ")),
    tile("rejected", "rejected", of("rejected"), `${percent(of("rejected"), total)}: by the checks`),
    tile("failed", "failed", of("failed"), `${percent(of("failed"), total)}: no usable text`),
    of("pending") ? tile("pending", "pending", of("pending"), `${percent(of("pending"), total)}: no outcome yet`) : null,
  ];
  fill(byId("tiles"), tiles);
  const parts = [["s-accepted", "accepted at once", of("accepted") - numbers.mended], ["s-mended", "accepted after repair", numbers.mended], ...["rejected", "failed", "pending"].map((s) => ["s-" + s, s, of(s)])];
  fill(byId("share"), stack(parts, total, "all rows"));
  fill(byId("notes"), meta.notes.map((note) => el("li", {}, visible(note))));
  if (numbers.stages.some((stage) => stage.lost.length) || numbers.repaired) {
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
  fill(byId("findings"), el("table.plain", {}, el("thead", {}, el("tr", {}, head.map(([t, k]) => el(t ? `th${k}` : "td", t ? { scope: "col" } : {}, t)))), el("tbody", {}, numbers.findings.map(line))), legend([["v-yes", "accepted in the end"], ["v-no", "not accepted"]]));
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

const sureness = (row) => (row.status === "accepted" && row.assurance !== "none" ? row.assurance : "");

function rowExplorer(meta, { rows, shared }) {
  const context = { pair: meta.pair, checked: meta.checked, reference: meta.reference, shared };
  const explorer = new Explorer(rows, {
    list: {
      columns: REPORT_COLUMNS,
      filters: { q: "", status: "", sure: "", reason: "", rung: "", group: "", finding: "" },
      keep: (row, { status, sure, reason, rung, group, finding }) =>
        (!status || shownStatus(row) === status || reservations(row).includes(status)) && (!sure || sureness(row) === sure) && (!reason || row.reason === reason) && (!rung || row.rung === rung) &&
        (!group || row.group === group) && (!finding || hasFinding(row, finding)),
      haystack,
    },
    names: ["status", "sure", "reason", "rung", "group"],
    idOf: (row) => row.id,
    detail: (row) => rowDetail(row, context),
  });
  const names = { accepted: "accepted at once", mended: "accepted after repair", warned: "accepted, with warnings", unsure: "accepted, a check could not say" };
  const select = (name, values) => makeSelect(`f-${name}`, values, (value) => explorer.list.filter({ [name]: value }));
  const reserved = Object.keys(RESERVED).map((name) => [name, rows.filter((row) => reservations(row).includes(name)).length]).filter(([, n]) => n);
  select("status", [...tally(rows, shownStatus), ...reserved].map(([s, n]) => [s, n, names[s] ?? s]));
  select("sure", tally(rows, sureness).map(([s, n]) => [s, n, howSure(s)]));
  select("reason", tally(rows, (r) => (r.status === "accepted" ? "" : r.reason)));
  select("rung", tally(rows, (r) => r.rung));
  select("group", tally(rows, (r) => r.group));
  const chip = byId("f-finding");
  chip.addEventListener("click", () => explorer.pick({ ...explorer.list.filters, finding: "" }, false));
  explorer.showExtra = () => {
    const { finding } = explorer.list.filters;
    chip.hidden = !finding;
    fill(chip, `finding: ${plain(finding)} `, el("span", { "aria-hidden": "true" }, "✕"), el("span.off-screen", {}, "remove"));
  };
  return explorer;
}

const PICKED = 3;

/** Some rows that were accepted and some that were not, before all charts: what this run is like. */
function drawPicked(rows, open) {
  const good = rows.filter((row) => row.status === "accepted" && row.text);
  const bad = [...rows.filter((row) => row.status === "rejected"), ...rows.filter((row) => row.status === "failed")];
  // From everywhere, not the first ones: inputs are often sorted.
  const some = (all) => [...Array(Math.min(PICKED, all.length)).keys()].map((i) => all[Math.floor(((i + 0.5) * all.length) / Math.min(PICKED, all.length))]);
  const shown = [...some(good), ...some(bad)];
  byId("picked").hidden = !shown.length;
  fill(byId("picked-cards"), shown.map((row) => pickedCard(row, open)));
}

function pickedCard(row, open) {
  const text = textOf(row.text ?? row.attempts.at(-1)?.reply).trim().split("\n").slice(0, 6).join("\n").slice(0, 400);
  const why = textOf(row.detail).trim().split("\n");
  return el(
    "article.picked-row", {},
    el("h4", {}, button(visible(row.id), () => open(row), { class: "row-link" })),
    el("p.badges", {}, badge(shownStatus(row), row.mended ? "accepted after repair" : row.status), " ", el("span.faint", {}, row.status === "accepted" ? howSure(row.assurance) : row.rung || words(row.reason)), " ", marks(row)),
    gist(row) ? el("p.gist", {}, visible(gist(row))) : null,
    text ? el("pre.excerpt", {}, visible(text)) : null,
    row.status === "accepted" ? null : el("p.why", {}, visible([...new Set([why[0], why.at(-1)])].join("\n").slice(0, 280))),
  );
}

async function start() {
  startTheme();
  const meta = JSON.parse(byId("meta").textContent);
  const numbers = JSON.parse(byId("numbers").textContent);
  let explorer = null;
  drawTop(meta, numbers, ({ status, reason, rung }) => explorer?.pick({ status, reason, rung }));
  drawChecks(numbers, (finding) => explorer?.pick({ finding }));
  drawSamples(numbers, (id) => explorer?.pick({ q: id }));
  drawRebuilt(numbers);
  drawTime(meta, numbers);
  drawLengths(numbers);
  drawRecipe(meta);
  explorer = await explore((unpacked) => rowExplorer(meta, unpacked));
  drawPicked(explorer.list.rows, (row) => (explorer.pick({}), explorer.open(row)));
}

start();
