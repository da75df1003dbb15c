// Small charts: parts of a whole, histograms, and bars over the time that runs worked.

/** A bar of parts: [[class, label, value], …]. */
function stack(parts, total, label) {
  const shown = parts.filter(([, , value]) => value);
  const said = shown.map(([, name, value]) => `${name} ${number(value)}`).join(", ");
  return el(
    "div.stack", { role: "img", "aria-label": `${label}: ${said || "nothing"}` },
    shown.map(([kind, name, value]) => el(`span.${kind}`, { css: { "flex-grow": value / (total || 1) }, title: `${name}: ${number(value)} (${percent(value, total)})` })),
  );
}

const VERDICT_ORDER = ["pass", "equivalent", "bounded", "incomplete", "unsupported", "timeout", "error", "unavailable", "skipped", "different", "ports-differ", "leak", "fail"];

/** A check's statuses as a bar: yes, unknown (hatched), no. */
function verdictStack(statuses, label) {
  const total = Object.values(statuses).reduce((a, b) => a + b, 0);
  if (!total) return el("span.faint", {}, "not asked");
  const parts = VERDICT_ORDER.filter((s) => statuses[s]).map((s) => [`v-${meaning(s)}`, words(s), statuses[s]]);
  const says = { yes: 0, unknown: 0, no: 0 };
  for (const [status, rows] of Object.entries(statuses)) says[meaning(status)] += rows;
  const told = parts.map(([, name, value]) => `${number(value)} ${name}`).join(" · ");
  return el("div", {}, stack(parts, total, label), el("div.told", {}, told));
}

/** A histogram of a spread, with its middle and its ends. */
function histogram(title, spread, unit, format = short) {
  if (!spread) return null;
  const [width, height] = [300, 84];
  const most = Math.max(...spread.bars.map((bar) => bar[2]));
  const step = width / spread.bars.length;
  const said = `${title}: half are below ${format(spread.p50)}${unit}, nine of ten between ${format(spread.p5)} and ${format(spread.p95)}${unit}; from ${format(spread.least)} to ${format(spread.most)}`;
  const picture = svg("svg.histogram", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said, preserveAspectRatio: "none" });
  spread.bars.forEach(([from, to, value], i) => {
    const tall = value ? Math.max((value / most) * (height - 2), 1.5) : 0;
    const inner = from <= spread.p95 && to >= spread.p5;
    picture.append(svg(`rect.column${inner ? "" : ".outer"}`, { x: i * step + 0.5, y: height - tall, width: Math.max(step - 1, 1), height: tall }, svg("title", {}, `${format(from)} to ${format(to)}${unit}: ${number(value)}`)));
  });
  const fact = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, format(value)));
  return el(
    "figure.spread", {},
    el("figcaption", {}, title),
    picture,
    el("dl.facts", {}, fact("5 %", spread.p5), fact("median", spread.p50), fact("95 %", spread.p95), fact("most", spread.most)),
  );
}

const TIME_HEIGHT = 130;

/** Bars over working time: `parts(bin)` gives [[class, name, value per bin], …]; `per_s` shows rates. */
function overTime(title, timeline, parts, unit) {
  const bins = timeline.runs.flatMap((run) => run.bins);
  const rate = (value) => value / timeline.width_s;
  const sums = bins.map((bin) => parts(bin).reduce((sum, [, , value]) => sum + value, 0));
  const most = Math.max(...sums, 1e-9);
  const width = 640;
  const gap = 8;
  const step = (width - gap * (timeline.runs.length - 1)) / bins.length;
  const said = `${title}: at most ${short(rate(most))} ${unit}, ${count(bins.length, "slice")} of ${duration(timeline.width_s)}`;
  const picture = svg("svg.over-time", { viewBox: `0 0 ${width} ${TIME_HEIGHT}`, role: "img", "aria-label": said, preserveAspectRatio: "none" });
  let x = 0;
  for (const run of timeline.runs) {
    for (const bin of run.bins) {
      let y = TIME_HEIGHT;
      const told = parts(bin).map(([, name, value]) => `${name} ${short(rate(value))}`).join(", ");
      const group = svg("g", {}, svg("title", {}, `${told} ${unit}`));
      for (const [kind, , value] of parts(bin)) {
        const tall = (value / most) * (TIME_HEIGHT - 4);
        y -= tall;
        if (tall) group.append(svg(`rect.${kind}`, { x: x + 0.5, y, width: Math.max(step - 1, 0.8), height: tall }));
      }
      picture.append(group);
      x += step;
    }
    x += gap;
  }
  return el(
    "figure.time", {},
    el("figcaption", {}, title, el("span.faint", {}, ` at most ${short(rate(most))} ${unit}`)),
    picture,
    el("div.axis", { "aria-hidden": "true" }, el("span", {}, "0"), timeline.runs.length > 1 ? el("span", {}, `${timeline.runs.length} runs, pauses left out`) : null, el("span", {}, duration(timeline.seconds))),
  );
}

const legend = (parts) => el("p.legend", {}, parts.map(([kind, name]) => el("span", {}, el(`i.${kind}`, { "aria-hidden": "true" }), name)));
