// A round trip: how the scores are spread, and in a row what was built from its text.

function drawRebuilt(numbers) {
  const found = numbers.rebuilt;
  byId("rebuilt").hidden = !found;
  if (!found) return;
  const most = Math.max(...found.bars, 1);
  const bar = (rows, tenth) => el("tr", {}, el("th", { scope: "row" }, number(tenth / 10, 1)), el("td.n", {}, number(rows)), el("td", {}, el("meter", { min: 0, max: most, value: rows, "aria-hidden": "true" })));
  const ended = Object.entries(found.ended).map(([how, times]) => `${number(times)} ${how}`).join(", ");
  fill(
    byId("rebuilt-body"),
    el("p", {}, found.mean === null ? "No text could be scored." : `Mean score ${number(found.mean, 3)}. `, `Rebuilds: ${ended || "none"}. `, `${count(found.leaks, "text")} refused for code in it; ${count(found.unscored, "row")} without a score. Proofs took ${duration(found.proof_s)}.`),
    el("table.plain", {}, el("thead", {}, el("tr", {}, ["score, from", "rows", ""].map((title) => el("th", { scope: "col" }, title)))), el("tbody", {}, found.bars.map(bar))),
  );
}

/** What was built from a text alone, beside the design. */
function rebuiltPart(verdicts, row) {
  const built = verdicts.flatMap((verdict) => verdict.rebuilt ?? []);
  if (!built.length) return null;
  const design = row?.input?.verilog;
  const make = () => built.map(([how, text]) => [el("h5", {}, visible(how)), text === null ? el("p.faint", {}, "no design") : design ? diffBlock(design, text, `from the design to what was built: ${how}`) : codeBlock(text, { label: "a rebuilt design" })]);
  return part("Built from the text alone", make, { open: built.length === 1, note: built.map(([how]) => how).join(", ") });
}
