// Verilog and SystemVerilog, coloured: a tokenizer of one expression, line by line.

const KEYWORDS = new Set(
  `accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin
  bind bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos
  config const constraint context continue cover covergroup coverpoint cross deassign default defparam
  disable dist do edge else end endcase endchecker endclass endclocking endconfig endfunction endgenerate
  endgroup endinterface endmodule endpackage endprimitive endprogram endproperty endsequence endspecify
  endtable endtask enum event export extends extern final for force foreach forever fork function generate
  genvar global if iff ifnone import initial inout input inside instance int integer interface intersect join
  join_any join_none large let liblist library local localparam logic longint matches medium modport module
  nand negedge new nmos nor not notif0 notif1 null or output package packed parameter pmos posedge primitive
  priority program property protected pull0 pull1 pulldown pullup pure rand randc randcase real realtime ref
  reg release repeat restrict return rnmos rpmos rtran scalared sequence shortint shortreal signed small
  solve specify specparam static string strong0 strong1 struct super supply0 supply1 table tagged task this
  throughout time timeprecision timeunit tran tri tri0 tri1 triand trior trireg type typedef union unique
  unique0 unsigned use uwire var vectored virtual void wait wand weak0 weak1 while wildcard wire with within
  wor xnor xor`.split(/\s+/),
);
const TYPES = new Set("bit byte integer int logic longint real reg shortint signed string time tri unsigned wire".split(" "));

const TOKEN =
  /(\/\/.*|\/\*[\s\S]*?(?:\*\/|$))|("(?:\\.|[^"\\])*(?:"|$))|(`[A-Za-z_]\w*)|(\$[A-Za-z_]\w*)|((?:\d[\d_]*)?'[sS]?[bBoOdDhH]\s*[\da-fA-FxXzZ?_]+|'[01xXzZ]|\b\d[\d_]*(?:\.\d+)?\b)|([A-Za-z_][\w$]*)/g;
const CLASSES = ["comment", "string", "macro", "system", "number"];

/** [[class or "", text], …] for a line; `open` tells that a block comment goes on from the line before. */
function tokens(line, open) {
  const found = [];
  let start = 0;
  if (open) {
    const end = line.indexOf("*/");
    if (end < 0) return [[["comment", line]], true];
    found.push(["comment", line.slice(0, end + 2)]);
    start = end + 2;
  }
  let last = start;
  let unclosed = false;
  TOKEN.lastIndex = start;
  for (let match; (match = TOKEN.exec(line)); ) {
    if (match.index > last) found.push(["", line.slice(last, match.index)]);
    const group = match.slice(1).findIndex((part) => part !== undefined);
    const word = match[6];
    const kind = group < 5 ? CLASSES[group] : TYPES.has(word) ? "type" : KEYWORDS.has(word) ? "keyword" : "";
    found.push([kind, match[0]]);
    last = match.index + match[0].length;
    unclosed = match[0].startsWith("/*") && !(match[0].length > 3 && match[0].endsWith("*/"));
  }
  if (last < line.length) found.push(["", line.slice(last)]);
  return [found, unclosed];
}

/** Nodes of each line of a text, coloured where it is Verilog. */
function codeLines(text, verilog = true) {
  let open = false;
  return text.replaceAll("\r\n", "\n").split("\n").map((line) => {
    if (!verilog || line.length > 5000) return visible(line);
    let parts;
    [parts, open] = tokens(line, open);
    return parts.map(([kind, part]) => (kind ? el(`span.t-${kind}`, {}, visible(part)) : visible(part)));
  });
}

const looksLikeVerilog = (text) => /\bmodule\b[\s\S]*\bendmodule\b/.test(text);

/** A block of code with line numbers; findings stand under the lines that they speak of. */
function codeBlock(value, { verilog = true, findings = [], label = "code" } = {}) {
  const text = textOf(value);
  const lines = codeLines(text, verilog);
  const at = new Map();
  for (const finding of findings) {
    if (finding.line >= 1 && finding.line <= lines.length) {
      at.set(finding.line, [...(at.get(finding.line) ?? []), finding]);
    }
  }
  const block = el("div.code", { role: "group", "aria-label": label });
  lines.forEach((nodes, index) => {
    const told = at.get(index + 1) ?? [];
    const row = el("div.line", {}, el("span.no", { data: { no: index + 1 }, "aria-hidden": "true" }), el("code", {}, nodes));
    if (told.length) row.classList.add("marked", `f-${told[0].severity}`);
    block.append(row, ...told.map(findingNote));
  });
  return [block, cutNote(value)];
}

function findingNote(finding) {
  return el(
    `div.finding.f-${finding.severity}`, { role: "note" },
    el("strong", {}, finding.severity), " ",
    el("span", {}, visible(textOf(finding.message))), " ",
    el("span.origin", {}, plain(`${finding.check} ${finding.code}`)),
  );
}
