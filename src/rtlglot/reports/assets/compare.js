// The comparison: numbers of both, how rows moved, and each row's two texts.

const KIND_MARKS = { gained: ["accepted", "▲"], lost: ["failed", "▼"], better: ["mended", "△"], worse: ["rejected", "▽"], same: ["pending", "="] };

function kindBadge(kind) {
  const [status, mark] = KIND_MARKS[kind];
  return el(`span.badge.s-${status}`, {}, el("span.mark", { "aria-hidden": "true" }, mark), kind);
}

/** As Mark.label in compare.py. */
function ending(row) {
  if (row.status === "rejected") return row.rung ? `rejected by ${row.rung}` : "rejected";
  return row.status === "failed" ? `failed: ${words(row.reason)}` : row.status;
}

/** The same, with the check that could not say yes. */
function endingTold(row) {
  const verdicts = row.decided === null ? [] : row.attempts[row.decided].verdicts;
  const vague = verdicts.find((v) => meaning(v.status) === "unknown");
  return vague ? `${ending(row)} (${vague.check}: ${words(vague.status)})` : ending(row);
}

function drawComparison(meta, pick) {
  fill(byId("tiles"), Object.entries(meta.kinds).map(([kind, [text, rows]]) =>
    el(`div.tile.s-${KIND_MARKS[kind][0]}`, {}, el("dt", {}, kindBadge(kind)), el("dd", {}, button(number(rows), () => pick({ kind }), { class: "link" }), el("span.share", {}, `${percent(rows, meta.common)}: ${text}`)))));
  const only = meta.only.map((rows, i) => (rows ? ` ${count(rows, "row")} only in ${"AB"[i]}.` : "")).join("");
  const often = meta.chance >= 0.995 ? "always" : meta.chance < 0.001 ? "in fewer than 1 of 1,000 cases" : `in ${number(100 * meta.chance, meta.chance < 0.1 ? 1 : 0)} of 100 cases`;
  const [gained, lost] = [meta.kinds.gained[1], meta.kinds.lost[1]];
  fill(byId("chance"), `${count(meta.common, "row")} in both.${only}`, gained + lost ? ` Were neither better, ${number(gained)} gained against ${number(lost)} lost or more uneven would come up ${often} (sign test).` : "");
  fill(byId("notes"), meta.notes.map((note) => el("li", {}, visible(note))));
  drawBoth(meta);
  drawMoves(meta, pick);
  drawRungs(meta);
}

function drawBoth({ a, b }) {
  const of = (side, name) => [side[name], percent(side[name], side.rows)];
  const facts = [
    ["model", (s) => [plain(String(s.model ?? "")).split("/").at(-1)]],
    ["rows", (s) => [s.rows]],
    ["accepted", (s) => of(s, "accepted")],
    ["of them after repair", (s) => of(s, "mended")],
    ["rejected", (s) => of(s, "rejected")],
    ["failed", (s) => of(s, "failed")],
    ["pending", (s) => of(s, "pending")],
    ["tokens in", (s) => [s.prompt_tokens]],
    ["tokens out", (s) => [s.completion_tokens]],
    ["working time", (s) => [s.seconds === null ? "–" : duration(s.seconds)]],
  ];
  const cell = (values) => el("td.n", {}, values.map((v, i) => (i ? el("span.faint", {}, ` ${v}`) : typeof v === "number" ? number(v) : v)));
  const lines = facts.map(([name, get]) => el("tr", {}, el("th", { scope: "row" }, name), cell(get(a)), cell(get(b))));
  const head = el("tr", {}, el("td"), el("th.n", { scope: "col" }, "A"), el("th.n", { scope: "col" }, "B"));
  fill(byId("both"), el("table.plain", {}, el("thead", {}, head), el("tbody", {}, lines)));
}

function drawMoves({ moves, common }, pick) {
  if (!moves.length) return fill(byId("moves"), el("p.faint", {}, "Every row ended the same way in both."));
  const line = (move) =>
    el("tr", {}, el("td", {}, plain(move.a)), el("td", {}, "→ ", button(plain(move.b), () => pick({ a: move.a, b: move.b }), { class: "link" })), el("td.n", {}, number(move.rows)), el("td.n", {}, percent(move.rows, common)));
  const head = el("tr", {}, ["in A", "in B"].map((t) => el("th", { scope: "col" }, t)), ["rows", "share"].map((t) => el("th.n", { scope: "col" }, t)));
  fill(byId("moves"), el("table.plain", {}, el("thead", {}, head), el("tbody", {}, moves.slice(0, 30).map(line))));
}

function drawRungs({ rungs }) {
  const checks = [...new Set([...Object.keys(rungs.a), ...Object.keys(rungs.b)])];
  if (!checks.length) return (byId("checks").hidden = true);
  const lines = checks.map((check) => el("tr", {}, el("th", { scope: "row" }, plain(check)), ["a", "b"].map((side) => el("td", {}, verdictStack(rungs[side][check] ?? {}, `${check} in ${side.toUpperCase()}`)))));
  const head = el("tr", {}, ["check", "A", "B"].map((t) => el("th", { scope: "col" }, t)));
  fill(byId("rungs"), el("table.plain.rungs", {}, el("thead", {}, head), el("tbody", {}, lines)), legend([["v-yes", "said yes"], ["v-unknown", "cannot say"], ["v-no", "said no"]]));
}

/** Both ends of a row: what changed, then each side whole. */
function pairDetail(row, meta, shared) {
  const side = (name, title) => el("section.side", {}, el("h4", {}, title, " ", el("span.faint", {}, plain(meta[name].name))), rowDetail(row[name], { pair: meta.pair, checked: meta.checked, reference: meta.reference, shared: shared[name] }).slice(1));
  const [a, b] = [row.a.text, row.b.text];
  return [
    el("header.detail-head", {}, el("h3", { id: "detail-title", tabindex: -1 }, visible(row.a.id)), el("p.badges", {}, kindBadge(row.kind), ` A: ${endingTold(row.a)} · B: ${endingTold(row.b)}`)),
    a !== null && b !== null ? part("What changed in the text", () => diffBlock(a, b, "from A to B"), { open: true, note: "− A, + B" }) : null,
    el("div.sides", {}, side("a", "A"), side("b", "B")),
  ];
}

function pairExplorer(meta, { rows, shared }) {
  const columns = [
    { key: "position", title: "#", numeric: true, of: (r) => r.a.position, cell: (r) => number(r.a.position + 1) },
    { key: "id", title: "Row", of: (r) => r.a.id, link: true },
    { key: "status", title: "Change", of: (r) => Object.keys(KIND_MARKS).indexOf(r.kind), cell: (r) => kindBadge(r.kind) },
    { key: "in-a", title: "In A", of: (r) => ending(r.a), cell: (r) => endingTold(r.a) },
    { key: "in-b", title: "In B", of: (r) => ending(r.b), cell: (r) => endingTold(r.b) },
  ];
  const explorer = new Explorer(rows, {
    list: {
      columns,
      filters: { q: "", kind: "", a: "", b: "" },
      keep: (r, { kind, a, b }) => (!kind || r.kind === kind) && (!a || ending(r.a) === a) && (!b || ending(r.b) === b),
      haystack: (r) => [r.a.id, r.kind, ending(r.a), ending(r.b), textOf(r.a.text), textOf(r.b.text), textOf(r.a.detail), textOf(r.b.detail), ...Object.values(r.a.input ?? {}).map(textOf)].join("\n"),
    },
    names: ["kind", "a", "b"],
    idOf: (row) => row.a.id,
    detail: (row) => pairDetail(row, meta, shared),
  });
  explorer.list.order = { key: "status", down: false };
  explorer.list.drawHead();
  const select = (name, of) => makeSelect(`f-${name}`, tally(rows, of), (value) => explorer.list.filter({ [name]: value }));
  select("kind", (r) => r.kind);
  select("a", (r) => ending(r.a));
  select("b", (r) => ending(r.b));
  return explorer;
}

async function start() {
  startTheme();
  const meta = JSON.parse(byId("meta").textContent);
  let explorer = null;
  drawComparison(meta, (filters) => explorer?.pick(filters));
  explorer = await explore((unpacked) => pairExplorer(meta, unpacked));
}

start();
