// What changed from one text to the next, by lines (Myers 1986, linear in what is alike).

const MOST_EDITS = 1500;

/** [["=" | "-" | "+", line], …] */
function lineDiff(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start && end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) end++;
  const same = (lines) => lines.map((line) => ["=", line]);
  return [
    ...same(before.slice(0, start)),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

function middle(before, after) {
  const whole = [...before.map((line) => ["-", line]), ...after.map((line) => ["+", line])];
  if (!before.length || !after.length) return whole;
  let ends = new Map([[1, 0]]);
  const history = [];
  for (let edits = 0; edits <= Math.min(before.length + after.length, MOST_EDITS); edits++) {
    history.push(new Map(ends));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
      let x = down ? ends.get(k + 1) : ends.get(k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++;
      ends.set(k, x);
      if (x >= before.length && x - k >= after.length) return walkBack(history, before, after);
    }
  }
  return whole;
}

function walkBack(history, before, after) {
  const steps = [];
  let x = before.length;
  let y = after.length;
  for (let edits = history.length - 1; edits >= 0; edits--) {
    const ends = history[edits];
    const k = x - y;
    const down = k === -edits || (k !== edits && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
    const fromX = edits ? ends.get(down ? k + 1 : k - 1) : 0;
    const fromY = edits ? fromX - (down ? k + 1 : k - 1) : 0;
    while (x > fromX && y > fromY && x > 0 && y > 0 && before[x - 1] === after[y - 1]) {
      steps.push(["=", before[--x]]);
      y--;
    }
    if (!edits) break;
    if (down) steps.push(["+", after[--y]]);
    else steps.push(["-", before[--x]]);
  }
  return steps.reverse();
}

/** The places where a removed and an added line differ: [common start, common end]. */
function alike(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [start, end];
}

/** A diff as a block; long stretches that are alike are folded. */
function diffBlock(before, after, label) {
  const lines = (value) => textOf(value).replaceAll("\r\n", "\n").split("\n");
  const steps = lineDiff(lines(before), lines(after));
  const block = el("div.code.diff", { role: "group", "aria-label": label });
  const near = steps.map((_, i) => steps.slice(Math.max(0, i - 3), i + 4).some(([sign]) => sign !== "="));
  let hidden = 0;
  steps.forEach(([sign, line], i) => {
    if (!near[i]) return hidden++;
    if (hidden) block.append(el("div.fold", {}, `${count(hidden, "line")} alike`));
    hidden = 0;
    block.append(diffLine(sign, line, partner(steps, i)));
  });
  if (hidden) block.append(el("div.fold", {}, steps.length === hidden ? "the texts are the same" : `${count(hidden, "line")} alike`));
  return block;
}

/** The line that a changed line replaces or is replaced by: only where the two groups are of one size. */
function partner(steps, i) {
  const sign = steps[i][0];
  if (sign === "=") return null;
  let from = i;
  while (from > 0 && steps[from - 1][0] !== "=") from--;
  let to = i;
  while (to < steps.length && steps[to][0] !== "=") to++;
  const gone = steps.slice(from, to).filter(([s]) => s === "-");
  const come = steps.slice(from, to).filter(([s]) => s === "+");
  if (gone.length !== come.length) return null;
  const place = steps.slice(from, i).filter(([s]) => s === sign).length;
  return (sign === "-" ? come : gone)[place][1];
}

function diffLine(sign, line, other) {
  const kind = { "=": "same", "-": "gone", "+": "come" }[sign];
  let nodes = visible(line);
  if (other !== null) {
    const [start, end] = alike(line, other);
    const stop = line.length - end;
    nodes = [visible(line.slice(0, start)), el("mark", {}, visible(line.slice(start, stop))), visible(line.slice(stop))];
  }
  return el(
    `div.line.${kind}`, {},
    el("span.no", { "aria-label": { same: "", gone: "removed", come: "added" }[kind] }, sign === "=" ? " " : sign),
    el("code", {}, nodes),
  );
}
