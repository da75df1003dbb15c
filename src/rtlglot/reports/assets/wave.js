// A counterexample as a waveform, and as a table for those who cannot see it.

const STEP = 56;
const ROW = 30;
const HIGH = 18;

/** How buses are told: h, d or b; the page's choice, for all waveforms. */
let radix = "h";

/** Bits as people read them: one bit as it is, buses in the radix, "x" where nothing of one is known. */
function bitsShown(bits) {
  if (bits === undefined || bits === "") return "";
  if (bits.length > 1 && /^x+$/.test(bits)) return "x";
  if (bits.length <= 3 || radix === "b" || /[^01xz]/.test(bits)) return bits;
  const known = /^[01]+$/.test(bits);
  if (radix === "d") return known ? BigInt("0b" + bits).toString() : bits;
  const nibbles = bits.padStart(Math.ceil(bits.length / 4) * 4, "0").match(/.{4}/g);
  return "h" + nibbles.map((nibble) => (/[^01]/.test(nibble) ? "x" : parseInt(nibble, 2).toString(16))).join("");
}

/** A name with its width: q[7:0]. */
const named = (name, bits = "") => (bits.length > 1 ? `${name}[${bits.length - 1}:0]` : name);

/** The number of the first step that is here. */
const firstStep = (trace) => (trace.skipped ?? 0) + (trace.left_out ?? 0);

/** x in what is expected leaves the bit open. */
const differs = (expected = "", got = "") => [...expected].some((bit, i) => bit !== "x" && bit !== got[i]);

function signalsOf(trace) {
  const names = (part) => Object.keys(trace.steps[0][part] ?? {});
  const values = (part, name) => trace.steps.map((step) => String((step[part] ?? {})[name] ?? ""));
  const signals = names("inputs").map((name) => ({ name, kind: "input", values: values("inputs", name) }));
  for (const name of names("expected")) {
    const expected = values("expected", name);
    const got = values("got", name);
    const wrong = expected.map((bits, i) => differs(bits, got[i]));
    signals.push({ name, kind: "expected", values: expected, wrong: wrong.map(() => false) });
    signals.push({ name, kind: "got", values: got, wrong });
  }
  return signals.slice(0, 80);
}

function waveform(trace) {
  const signals = signalsOf(trace);
  const first = trace.first;
  const unit = trace.clock ? "cycle" : "step";
  const said = () => (first ? plain(`Output ${first.output} in ${unit} ${first.step} should be ${bitsShown(first.expected)} but is ${bitsShown(first.got)}.`) : "");
  const left = firstStep(trace);
  const combinational = !trace.clock && trace.steps.length === 1 && !left;
  const caption = el("figcaption");
  const scroll = el("div.wave-scroll", { tabindex: 0, role: "region", "aria-label": "waveform" });
  const table = el("div");
  const draw = () => {
    fill(caption, said(), left ? ` The first ${left} ${unit}s are left out.` : "");
    fill(scroll, combinational ? truthLine(signals) : waveSvg(trace, signals, said()));
    fill(table, waveTable(trace, signals, unit));
  };
  draw();
  // The difference is in the last steps: it is what one wants to see first.
  requestAnimationFrame(() => (scroll.scrollLeft = scroll.scrollWidth));
  const wide = signals.some((s) => s.values.some((bits) => bits.length > 3));
  return el(
    "figure.wave", {}, caption,
    wide ? radixSwitch(draw) : null, scroll,
    combinational ? null : el("details", {}, el("summary", {}, "the same as a table"), table),
  );
}

function radixSwitch(draw) {
  const choices = [["h", "hex"], ["d", "decimal"], ["b", "binary"]];
  const select = el("select", { "aria-label": "radix of buses", on: { change: () => ((radix = select.value), draw()) } }, choices.map(([value, name]) => el("option", { value, selected: value === radix }, name)));
  return el("p.tools", {}, el("label.radix", {}, "buses in ", select));
}

/** Where nothing is clocked one line says it all: the inputs, what each output should be and what it is. */
function truthLine(signals) {
  const inputs = signals.filter((s) => s.kind === "input");
  const outputs = signals.filter((s) => s.kind === "got").map((got) => ({ got, expected: signals.find((s) => s.kind === "expected" && s.name === got.name) }));
  const cell = (s, kind = "td") => el(`${kind}${s.wrong?.[0] ? ".wrong" : ""}`, {}, plain(bitsShown(s.values[0])), s.wrong?.[0] ? " ✕" : "");
  const head = (s, text = "") => el("th", { scope: "col" }, plain(named(s.name, s.values[0])), text);
  return el("table.plain.truth", {},
    el("thead", {}, el("tr", {}, inputs.map((s) => head(s)), outputs.flatMap(({ expected, got }) => [head(expected, " should be"), head(got, " is")]))),
    el("tbody", {}, el("tr", {}, inputs.map((s) => cell(s)), outputs.flatMap(({ expected, got }) => [cell(expected), cell(got)]))));
}

function waveSvg(trace, signals, said) {
  const longest = Math.max(...signals.map((s) => Math.min(named(s.name, s.values[0]).length, 24) + (s.kind === "input" ? 0 : 9)));
  const left = Math.max(80, longest * 7.4 + 16);
  const rows = signals.length + (trace.clock ? 1 : 0);
  const width = left + trace.steps.length * STEP + 8;
  const height = 22 + rows * ROW;
  const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said });
  trace.steps.forEach((_, i) => {
    const x = left + i * STEP;
    const at = trace.first?.step === i + firstStep(trace);
    if (at) picture.append(svg("rect.wave-first", { x, y: 0, width: STEP, height }));
    picture.append(
      svg("line.wave-grid", { x1: x, x2: x, y1: 18, y2: height }),
      svg("text.wave-step", { x: x + STEP / 2, y: 13, "text-anchor": "middle" }, String(i + firstStep(trace))),
    );
  });
  let y = 22;
  if (trace.clock) {
    picture.append(nameText(trace.clock, "", y), clockPath(trace, left, y));
    y += ROW;
  }
  for (const signal of signals) {
    picture.append(nameText(named(signal.name, signal.values[0]), signal.kind === "input" ? "" : signal.kind, y));
    const wide = signal.values.some((bits) => bits.length > 1);
    picture.append(wide ? bus(signal, left, y) : bit(signal, left, y));
    y += ROW;
  }
  return picture;
}

function nameText(name, kind, y) {
  const shown = name.length > 24 ? name.slice(0, 23) + "…" : name;
  return svg(
    "text.wave-name", { x: 4, y: y + 19 }, plain(shown),
    kind ? svg("tspan.wave-kind", { dx: 6 }, kind) : null,
  );
}

/** Each step ends with the clock's edge: it rests, then pulses. */
function clockPath(trace, left, y) {
  const [rest, pulse] = trace.edge === "falling" ? [y + 5, y + 5 + HIGH] : [y + 5 + HIGH, y + 5];
  let path = `M${left} ${rest}`;
  trace.steps.forEach((_, i) => {
    const x = left + i * STEP;
    path += ` H${x + STEP * 0.5} V${pulse} H${x + STEP - 3} V${rest} H${x + STEP}`;
  });
  return svg("path.wave-line", { d: path });
}

function bit(signal, left, y) {
  const group = svg("g");
  const level = (value) => (value === "1" ? y + 5 : value === "0" ? y + 5 + HIGH : null);
  let before = null;
  signal.values.forEach((value, i) => {
    const x = left + i * STEP;
    const at = level(value);
    const kind = signal.wrong?.[i] ? "wave-line.wave-wrong" : "wave-line";
    if (at === null) {
      group.append(svg("rect.wave-unknown", { x, y: y + 5, width: STEP, height: HIGH }));
      group.append(svg("text.wave-value", { x: x + STEP / 2, y: y + 18, "text-anchor": "middle" }, plain(value || "?")));
    } else {
      const from = before === null || before === at ? "" : `M${x} ${before} V${at}`;
      group.append(svg(`path.${kind}`, { d: `${from} M${x} ${at} H${x + STEP}` }));
      if (signal.wrong?.[i]) group.append(svg("text.wave-value.wave-wrong-text", { x: x + STEP / 2, y: at === y + 5 ? y + 19 : y + 17, "text-anchor": "middle" }, "✕"));
    }
    before = at;
  });
  return group;
}

function bus(signal, left, y) {
  const group = svg("g");
  const { values } = signal;
  for (let i = 0; i < values.length; ) {
    let end = i + 1;
    while (end < values.length && values[end] === values[i] && signal.wrong?.[end] === signal.wrong?.[i]) end++;
    const [x, stop, top, low, mid] = [left + i * STEP, left + end * STEP, y + 5, y + 5 + HIGH, y + 5 + HIGH / 2];
    const kind = signal.wrong?.[i] ? ".wave-wrong" : /[^01]/.test(values[i]) ? ".wave-unknown" : "";
    group.append(
      svg(`path.wave-bus${kind}`, { d: `M${x} ${mid} L${x + 4} ${top} H${stop - 4} L${stop} ${mid} L${stop - 4} ${low} H${x + 4} Z` }),
    );
    const fits = Math.floor(((end - i) * STEP - 12) / 7);
    const shown = bitsShown(values[i]);
    const text = shown.length > fits ? shown.slice(0, fits - 1) + "…" : shown;
    group.append(
      svg("text.wave-value", { x: (x + stop) / 2, y: y + 18, "text-anchor": "middle" }, plain(text), svg("title", {}, plain(`${values[i].length}'b${values[i]}`))),
    );
    i = end;
  }
  return group;
}

function waveTable(trace, signals, unit) {
  const head = el("tr", {}, el("th", { scope: "col" }, unit), signals.map((s) => el("th", { scope: "col" }, plain(named(s.name, s.values[0]) + (s.kind === "input" ? "" : ` ${s.kind}`)))));
  const body = trace.steps.map((_, i) =>
    el("tr", {}, el("th", { scope: "row" }, String(i + firstStep(trace))), signals.map((s) => el("td", { class: s.wrong?.[i] ? "wrong" : null }, plain(bitsShown(s.values[i])), s.wrong?.[i] ? " (wrong)" : ""))),
  );
  return el("div.table-scroll", { tabindex: 0, role: "region", "aria-label": "values of the counterexample" }, el("table.plain", {}, el("thead", {}, head), el("tbody", {}, body)));
}

/** The same as WaveDrom's JSON, to paste elsewhere. */
function waveDrom(trace) {
  const lane = (values) => {
    const wide = values.some((bits) => bits.length > 1);
    let wave = "";
    const data = [];
    values.forEach((bits, i) => {
      if (i && bits === values[i - 1]) return (wave += ".");
      if (!wide) return (wave += /[01]/.test(bits) ? bits : "x");
      wave += "=";
      data.push(bitsShown(bits));
    });
    return wide ? { wave, data } : { wave };
  };
  const signal = signalsOf(trace).map((s) => ({ name: s.kind === "input" ? s.name : `${s.name} (${s.kind})`, ...lane(s.values) }));
  if (trace.clock) signal.unshift({ name: trace.clock, wave: (trace.edge === "falling" ? "N" : "P") + ".".repeat(trace.steps.length - 1) });
  return JSON.stringify({ signal }, null, 1);
}
