// One row, opened: what went in, what came out, what the checks found, how it was repaired, what was asked.

function rowDetail(row, context) {
  const attempts = row.attempts;
  const final = row.decided === null ? null : attempts[row.decided];
  return [
    detailHead(row),
    row.detail && row.status !== "accepted" && (row.reason !== "check_failed" || !final?.verdicts.some((v) => v.trace)) ? el("p.why", {}, visible(textOf(row.detail))) : null,
    final ? ladder(final.verdicts) : null,
    inputPart(row, context),
    final ? final.verdicts.filter((v) => v.trace).map(counterexample) : null,
    outputPart(row, final, context),
    final ? rebuiltPart(final.verdicts, row) : null,
    attempts.length > 1 ? attemptsPart(attempts) : null,
    referencePart(row, context),
    promptPart(row, final ?? attempts.at(-1), context),
    thinkPart(row, attempts),
    numbersPart(row, attempts),
  ];
}

/** What an accepted row's deciding checks said besides their yes: "warned" for warnings, "unsure" where one could not say. */
function reservations(row) {
  if (row.status !== "accepted" || row.decided === null) return [];
  const { verdicts } = row.attempts[row.decided];
  return [
    verdicts.some((v) => meaning(v.status) === "unknown") ? "unsure" : null,
    verdicts.some((v) => v.findings.some(([severity]) => severity === "warning")) ? "warned" : null,
  ].filter(Boolean);
}
const RESERVED = { unsure: ["?", "a check could not say"], warned: ["!", "with warnings"] };

function detailHead(row) {
  const facts = [
    `row ${number(row.position + 1)}`,
    row.where ? plain(row.where) : null,
    row.group ? plain(row.group) : null,
    row.tokens[0] + row.tokens[1] ? `${number(row.tokens[0])} tokens in, ${number(row.tokens[1])} out` : null,
    row.seconds ? duration(row.seconds) : null,
  ];
  return el(
    "header.detail-head", {},
    el("h3", { id: "detail-title", tabindex: -1 }, visible(row.id)),
    el("p.badges", {}, badge(row.mended ? "mended" : row.status, row.mended ? "accepted after repair" : row.status), row.status === "accepted" ? [` ${howSure(row.assurance)} `, reservations(row).map((name) => el(`span.reserved-told.r-${name}`, {}, `${RESERVED[name][0]} ${RESERVED[name][1]} `))] : ` ${words(row.reason)}${row.rung ? ` by ${row.rung}` : ""}`),
    el("p.faint", {}, facts.filter(Boolean).join(" · ")),
  );
}

const ladder = (verdicts) => (verdicts.length ? el("ol.ladder", { "aria-label": "checks, in their order" }, verdicts.map((v) => el("li", {}, verdictBadge(v)))) : null);

/** A part that opens; what is in it is only made then. */
function part(title, make, { open = false, note = "" } = {}) {
  const body = el("div.part-body");
  const whole = el("details.part", { open }, el("summary", {}, el("h4", {}, title), note ? el("span.faint", {}, note) : null), body);
  const show = () => whole.open && !body.hasChildNodes() && append(body, [make()]);
  whole.addEventListener("toggle", show);
  show();
  return whole;
}

function inputPart(row, { pair, checked }) {
  if (!row.input) return null;
  const fields = Object.entries(row.input).filter(([, value]) => value !== null);
  const isMain = ([name]) => name === pair[0] && !checked;
  const [main, rest] = [fields.filter(isMain), fields.filter((entry) => !isMain(entry) && !(checked && entry[0] === pair[1]))];
  const field = ([name, value]) => [el("h5", {}, visible(name)), anyText(value, `the field ${plain(name)}`)];
  return [
    main.length ? part(`Input: ${plain(pair[0])}`, () => main.map(([name, value]) => anyText(value, plain(name))), { open: true }) : null,
    rest.length ? part("Other fields", () => rest.map(field), { note: rest.map(([name]) => plain(name)).join(", ").slice(0, 80) }) : null,
  ];
}

/** Verilog as code, anything else as text. */
function anyText(value, label) {
  const text = textOf(value);
  if (looksLikeVerilog(text)) return codeBlock(value, { label });
  return [el("div.text", {}, visible(text)), cutNote(value)];
}

function outputPart(row, final, { pair, checked }) {
  if (row.text === null) {
    const reply = final?.reply ?? row.attempts.at(-1)?.reply;
    if (reply === undefined || reply === null) return null;
    return part("Reply", () => (textOf(reply) ? anyText(reply, "the reply") : el("p.faint", {}, "The reply is empty.")), { open: true, note: "no usable text in it" });
  }
  const findings = allFindings(final ? final.verdicts : []);
  const verilog = looksLikeVerilog(textOf(row.text)) || pair[1] === "verilog";
  const without = findings.filter((f) => !f.line);
  const make = () => [
    el("p.tools", {}, copyButton("copy", textOf(row.text))),
    without.map(findingNote),
    verilog ? codeBlock(row.text, { findings, label: "the output" }) : [el("div.text", {}, visible(textOf(row.text))), cutNote(row.text), findings.filter((f) => f.line).map(findingNote)],
  ];
  const others = row.texts.slice(1).map((text, i) => part(`Sample ${i + 2}`, () => anyText(text, `sample ${i + 2}`)));
  return [part(`${checked ? "Checked" : "Output"}: ${plain(pair[1])}`, make, { open: true, note: findings.length ? count(findings.length, "finding") : "" }), others];
}

const allFindings = (verdicts) =>
  verdicts.flatMap((verdict) =>
    verdict.findings
      .filter(([, code]) => !(verdict.trace && code === "different")) // the waveform says it
      .map(([severity, code, message, line, column]) => ({ check: verdict.check, severity, code, message, line, column })),
  );

function counterexample(verdict) {
  const data = verdict.data ?? {};
  const told = data.confirmed === true ? `played in ${plain(data.simulator ?? "a simulator")}: confirmed` : data.confirmed === false ? "a simulation showed no difference" : "";
  return part("Counterexample", () => [waveform(verdict.trace), el("p.tools", {}, copyButton("copy as WaveDrom", waveDrom(verdict.trace)))], { open: true, note: told });
}

function attemptsPart(attempts) {
  const textIn = (attempt) => attempt.text ?? attempt.reply ?? "";
  const make = () =>
    el("ol.attempts", {}, attempts.map((attempt, i) => {
      const before = attempts.slice(0, i).reverse().find((a) => a.sample === attempt.sample);
      const bad = attempt.verdicts.find((v) => meaning(v.status) === "no");
      const name = attempt.repair ? `Repair ${attempt.repair}` : "First text";
      const several = attempts.some((a) => a.sample);
      return el(
        "li", {},
        el("h5", {}, several ? `Sample ${attempt.sample + 1}, ${name.toLowerCase()}` : name),
        attempt.verdicts.length ? ladder(attempt.verdicts) : el("p.faint", {}, words(attempt.reason)),
        bad ? allFindings([bad]).slice(0, 8).map(findingNote) : null,
        bad?.trace ? part("Its counterexample", () => waveform(bad.trace)) : null,
        rebuiltPart(attempt.verdicts),
        before ? diffBlock(textIn(before), textIn(attempt), `changes in ${name.toLowerCase()}`) : foldedText(textIn(attempt), attempt),
      );
    }));
  return part("Attempts", make, { open: true, note: `${attempts.length} askings` });
}

const foldedText = (text, attempt) =>
  el("details", looksLikeVerilog(textOf(text)) ? {} : { open: "" }, el("summary", {}, "its text"), looksLikeVerilog(textOf(text)) ? codeBlock(text, { findings: allFindings(attempt.verdicts), label: "first text" }) : anyText(text, "first text"));

function referencePart(row, { reference: field }) {
  const reference = field && row.input?.[field];
  if (!reference || !row.text) return null;
  return part("Compared with the reference", () => diffBlock(reference, row.text, "from the reference to the output"), { note: "− reference, + output" });
}

function promptPart(row, attempt, { shared }) {
  if (!attempt || attempt.message === undefined) return null;
  const messages = [...attempt.prefix.map((m) => (typeof m === "number" ? shared[m] : m)), ["user", attempt.message]];
  const whole = messages.map(([role, text]) => `[${role}]\n${textOf(text)}`).join("\n\n");
  const make = () => [
    el("p.tools", {}, copyButton("copy all", whole)),
    messages.map(([role, text]) => el("div.message", {}, el("h5", {}, plain(role)), el("div.text.mono", {}, visible(textOf(text))), cutNote(text))),
    el("div.message", {}, el("h5", {}, `the reply, as it came (${attempt.finish === "length" ? "cut off at the most tokens" : "it ended by itself"})`), el("div.text.mono", {}, visible(textOf(attempt.reply))), cutNote(attempt.reply)),
  ];
  return part("Exact prompt and reply", make, { note: count(messages.length, "message") });
}

function thinkPart(row, attempts) {
  const think = row.think ?? attempts.at(-1)?.think;
  return think ? part("Reasoning", () => [el("div.text", {}, visible(textOf(think))), cutNote(think)]) : null;
}

/** What each check measured and how long it took. */
function numbersPart(row, attempts) {
  const verdicts = row.decided === null ? [] : attempts[row.decided].verdicts;
  if (!verdicts.length) return null;
  const shown = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : String(value));
  const make = () =>
    el("table.plain", {}, el("thead", {}, el("tr", {}, ["check", "took", "measured"].map((t) => el("th", { scope: "col" }, t)))), el("tbody", {}, verdicts.map((v) =>
      el("tr", {}, el("th", { scope: "row" }, plain(v.check)), el("td.n", {}, duration(v.seconds)), el("td", {}, Object.entries(v.data ?? {}).map(([name, value]) => el("span.datum", {}, el("b", {}, visible(words(name))), " ", visible(shown(value)))), v.more_findings ? count(v.more_findings, "more finding") : null)))));
  return part("What the checks measured", make);
}
