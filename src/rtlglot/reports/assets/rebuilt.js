// A round trip: how the scores are spread, and in a row what was built from its text.

function drawRebuilt(numbers) {
  const found = numbers.rebuilt;
  byId("rebuilt").hidden = !found;
  if (!found) return;
  const ended = Object.entries(found.ended).map(([how, times]) => `${number(times)} ${how}`).join(", ");
  fill(
    byId("rebuilt-body"),
    el("p", {}, found.mean === null ? "No text could be scored. " : `Mean score ${number(found.mean, 3)}; a row without a text counts 0. `, `Rebuilds: ${ended || "none"}. `, `${count(found.leaks, "text")} refused for code in it; ${count(found.unscored, "row")} without a score. Proofs took ${duration(found.proof_s)}.`),
    scores(found.bars),
  );
}

/** Rows by the score of their text, in tenths; 1 stands alone. */
function scores(bars) {
  const [step, height] = [30, 84];
  const most = Math.max(...bars, 1);
  const named = bars.map((rows, tenth) => [tenth < 10 && tenth % 2 === 0 ? number(tenth / 10, 1) : tenth === 10 ? "1" : "", rows, `score ${number(tenth / 10, 1)}${tenth < 10 ? " or more" : ""}: ${count(rows, "row")}`]);
  const picture = svg("svg.histogram", { viewBox: `0 0 ${step * bars.length} ${height}`, role: "img", "aria-label": named.filter(([, rows]) => rows).map(([, , said]) => said).join("; "), preserveAspectRatio: "none" });
  named.forEach(([, rows, said], i) => {
    const tall = rows ? Math.max((rows / most) * (height - 2), 1.5) : 0;
    picture.append(svg("rect.column", { x: i * step + 0.5, y: height - tall, width: step - 1, height: tall }, svg("title", {}, said)));
  });
  return el("figure.spread.scores", {}, el("figcaption", {}, "Rows by score"), picture, el("div.score-axis", { "aria-hidden": "true" }, named.map(([mark, rows]) => el("span", {}, mark, rows ? el("b", {}, number(rows)) : null))));
}

/** What was built from a text alone, beside the design. */
function rebuiltPart(verdicts, row) {
  const built = verdicts.flatMap((verdict) => verdict.rebuilt ?? []);
  if (!built.length) return null;
  const design = row?.input?.verilog;
  const rated = verdicts.find((verdict) => verdict.rebuilt)?.data ?? {};
  const told = [rated.score === undefined || rated.score === null ? "no score" : `score ${number(rated.score, 2)}`, rated.leak ? `${number(rated.leak.score * 100)} % given away as code` : null, rated.size ? `${number(rated.size, 2)} tokens of text for one of the design` : null];
  const make = () => [
    el("p.faint", {}, told.filter(Boolean).join(" · ")),
    built.map(([how, text]) => [el("h5", {}, visible(how)), text === null ? el("p.faint", {}, "no design") : design ? diffBlock(design, text, `from the design to what was built: ${how}`) : codeBlock(text, { label: "a rebuilt design" })]),
  ];
  return part("Built from the text alone", make, { open: built.length === 1, note: built.map(([how]) => how).join(", ") });
}
