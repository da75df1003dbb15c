// What became of every sample: pass@k, the classes, and a matrix of rows times samples.

const LETTERS = {
  solved: "✓", different: "≠", latch: "L", ports: "P", syntax: "S", "unknown module": "M", elaboration: "E", "not synthesisable": "N",
  forbidden: "F", contradicted: "!", timeout: "T", undecided: "?", truncated: "…", refused: "R", "no module": "∅",
};

/** The section of a run that kept every sample, before all others; it stays hidden for other runs. */
function drawSamples(numbers, find) {
  const { samples } = numbers;
  if (!samples) return;
  byId("samples").hidden = false;
  byId("overview").before(byId("samples"));
  const all = Object.values(samples.classes).reduce((a, b) => a + b, 0);
  fill(byId("samples-facts"),
    Object.entries(samples.pass).flatMap(([way, found]) => found.map(([k, value, low, high]) =>
      el("div", {}, el("dt", {}, `pass@${k} by ${way}`), el("dd", {}, `${percent(value, 1)} (${percent(low, 1)} to ${percent(high, 1)})`)))),
    Object.entries(samples.classes).map(([kind, n]) =>
      el("div", {}, el("dt", {}, `${letter(kind)} ${kind}`), el("dd", {}, `${number(n)} (${percent(n, all)})`))));
  const line = ([id, kinds]) => el("tr", {}, el("th", { scope: "row" }, button(visible(id), () => find(id), { class: "row-link" })), kinds.map((at) => cell(samples.kinds[at])));
  fill(byId("samples-matrix"), el("table.matrix", {}, el("tbody", {}, samples.rows.map(line))),
    samples.left_out ? el("p.note", {}, `${number(samples.left_out)} more are not shown here.`) : null);
}

const letter = (kind) => LETTERS[kind] ?? "·";

const cell = (kind) =>
  el(kind === "solved" ? "td.s-good" : "td", { title: kind }, letter(kind));
