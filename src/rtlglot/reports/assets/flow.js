// The walk of all rows: a band that loses rows at each stage (a Sankey diagram), and the same as a table.

const NODE = 12;
const BAND = 190;
const LEAF_GAP = 6;
const RIGHT = 124;
const LEAF_LEAST = 30;
/** Room for the way back of repairs, above the band. */
const RETURN = 26;

/** Draws into `box` at its width; `pick(leaf)` is called for a loss, `pick({status})` for what was accepted. */
function flow(box, numbers, pick) {
  const draw = () => {
    const width = Math.floor(box.clientWidth);
    if (width) fill(box, flowSvg(numbers, Math.max(width, 84 * (numbers.stages.length - 1) + RIGHT + NODE), pick));
  };
  new ResizeObserver(draw).observe(box);
  draw();
}

function flowSvg(numbers, width, pick) {
  const { stages, total } = numbers;
  const column = (width - RIGHT - NODE) / (stages.length - 1);
  const scale = total ? BAND / total : 0;
  const top = 44 + (numbers.repaired ? RETURN : 0);
  const picture = svg("svg", { width, role: "group", "aria-label": "what became of all rows, by stage" });
  let bottom = top + BAND;
  let above = { until: 0, bottom: 0 }; // the labels of the stage before, where they reach into this column
  stages.forEach((stage, i) => {
    const x = i * column;
    const tall = Math.max(stage.reached * scale, 1.5);
    const last = i === stages.length - 1;
    if (!last) {
      const next = Math.max(stages[i + 1].reached * scale, 1.5);
      picture.append(svg("path.flow-on", { d: ribbon(x + NODE, top, x + column, top, next, next) }));
      const place = { x, over: top, top: top + stages[i + 1].reached * scale, column, scale, least: above.until > x + column * 0.5 ? above.bottom : 0 };
      const used = leaves(picture, stage, place, pick);
      bottom = Math.max(bottom, used);
      if (stage.lost.length) above = { until: x + column * 0.5 + 118, bottom: used };
    }
    if (last && numbers.repaired) picture.append(returning(numbers, stages, column, x));
    picture.append(
      svg("text.flow-title", { x, y: top - 24 }, plain(stage.title)),
      svg("text.flow-count", { x, y: top - 8 }, number(stage.reached)),
    );
    if (last) picture.append(...ending(numbers, { x, top, scale }, pick));
    else picture.append(svg("rect.flow-node", { x, y: top, width: NODE, height: tall, rx: 2 }));
  });
  picture.setAttribute("height", bottom + 10);
  picture.setAttribute("viewBox", `0 0 ${width} ${bottom + 10}`);
  return picture;
}

/** Texts that went back to the model with what was found, from the checks to where rows are sent. */
function returning(numbers, stages, column, end) {
  const to = Math.max(0, stages.findIndex((stage) => stage.name === "sent")) * column + NODE / 2;
  const from = end - column / 2;
  const said = `${count(numbers.repaired, "row")} sent back for repair, ${number(numbers.mended)} of them accepted`;
  return svg("g.flow-return", {}, svg("title", {}, said),
    svg("path", { d: `M${from} ${RETURN + 12} C${from} 14 ${from} 14 ${from - 14} 14 H${to + 14} C${to} 14 ${to} 14 ${to} ${RETURN + 4}` }),
    svg("path.flow-arrow", { d: `M${to - 4} ${RETURN - 2} L${to} ${RETURN + 6} L${to + 4} ${RETURN - 2} Z` }),
    svg("text.flow-label", { x: (from + to) / 2, y: 10, "text-anchor": "middle" }, said));
}

/** The losses of a stage, below the band; the lowest y that was used. */
function leaves(picture, stage, place, pick) {
  const { x, column, scale } = place;
  let from = place.top;
  let y = Math.max(place.top + 34, place.over + 40, place.least);
  for (const leaf of stage.lost) {
    const tall = Math.max(leaf.rows * scale, 1.5);
    const to = x + Math.min(column * 0.5, 74);
    const name = `${leaf.label}: ${count(leaf.rows, "row")}, show them`;
    picture.append(
      clickable(leaf.status, name, () => pick(leaf), [
        svg("rect.flow-hit", { x: to - 4, y: y - 3, width: Math.min(column, 150), height: Math.max(tall, LEAF_LEAST) + LEAF_GAP }),
        svg("path.flow-lost", { d: ribbon(x + NODE, from, to, y, tall, tall) }),
        svg("rect.flow-leaf", { x: to, y, width: 5, height: tall, rx: 1 }),
        svg("text.flow-label", { x: to + 10, y: y + Math.max(10, Math.min(tall / 2 + 1, tall - 6)) }, `${MARKS[leaf.status]} ${plain(column < 150 ? leaf.rung || leaf.label : leaf.label)}`),
        svg("text.flow-rows", { x: to + 10, y: y + Math.max(10, Math.min(tall / 2 + 1, tall - 6)) + 15 }, number(leaf.rows)),
      ]),
    );
    from += tall;
    y += Math.max(tall, LEAF_LEAST) + LEAF_GAP;
  }
  return y;
}

/** The accepted rows: at once, and after repair. */
function ending(numbers, place, pick) {
  const { x, top, scale } = place;
  const accepted = numbers.stages.at(-1).reached;
  const parts = [["accepted", "at once", accepted - numbers.mended], ["mended", "after repair", numbers.mended]];
  let y = top;
  let label = top + 12;
  return parts.filter(([, , rows]) => rows).map(([status, text, rows]) => {
    const tall = Math.max(rows * scale, 2);
    const at = Math.max(label, y + tall / 2);
    const node = clickable(status, `accepted ${text}: ${count(rows, "row")}, show them`, () => pick({ status, reason: "", rung: "" }), [
      svg("rect.flow-hit", { x, y: at - 14, width: 130, height: 32 }),
      svg("rect.flow-leaf", { x, y, width: NODE, height: Math.max(tall - 1, 1), rx: 2 }),
      svg("text.flow-label", { x: x + NODE + 8, y: at }, `${MARKS[status]} ${text}`),
      svg("text.flow-rows", { x: x + NODE + 8, y: at + 15 }, number(rows)),
    ]);
    y += tall;
    label = at + 34;
    return node;
  });
}

function clickable(status, name, call, children) {
  const act = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    call();
  };
  return svg(`g.flow-pick.s-${status}`, { tabindex: 0, role: "button", "aria-label": name, on: { click: act, keydown: act } }, svg("title", {}, name), children);
}

/** A band from (x1, y1) to (x2, y2), `a` tall where it begins and `b` where it ends. */
function ribbon(x1, y1, x2, y2, a, b) {
  const m = (x1 + x2) / 2;
  return `M${x1} ${y1} C${m} ${y1} ${m} ${y2} ${x2} ${y2} V${y2 + b} C${m} ${y2 + b} ${m} ${y1 + a} ${x1} ${y1 + a} Z`;
}

function flowTable(numbers) {
  const rows = numbers.stages.flatMap((stage) => [
    el("tr.strong", {}, el("th", { scope: "row" }, plain(stage.title)), el("td.n", {}, number(stage.reached)), el("td.n", {}, percent(stage.reached, numbers.total))),
    ...stage.lost.map((leaf) => el("tr", {}, el("th.indent", { scope: "row" }, badge(leaf.status, plain(leaf.label))), el("td.n", {}, number(leaf.rows)), el("td.n", {}, percent(leaf.rows, numbers.total)))),
  ]);
  const head = el("tr", {}, el("th", { scope: "col" }, "stage"), el("th.n", { scope: "col" }, "rows"), el("th.n", { scope: "col" }, "share"));
  return el("table.plain", {}, el("thead", {}, head), el("tbody", {}, rows));
}
