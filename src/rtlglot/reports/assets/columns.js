// The columns of a report's list: how each sorts, and what stands in its cells.
const REPORT_COLUMNS = [
  { key: "position", title: "#", numeric: true, of: (row) => row.position, cell: (row) => number(row.position + 1) },
  { key: "id", title: "Row", of: (row) => row.id, link: true, below: (row) => el("span.gist", {}, visible(gist(row))) },
  {
    key: "status", title: "Ended as", of: (row) => `${row.status} ${row.assurance} ${row.reason} ${row.rung} ${row.mended}`,
    cell: (row) => [
      badge(shownStatus(row), row.mended ? "repaired" : row.status),
      marks(row),
      el("span.reason", {}, row.status === "accepted" ? howSure(row.assurance) : row.rung || words(row.reason)),
    ],
  },
  { key: "group", title: "Source", optional: true, of: (row) => row.group, cell: (row) => visible(row.group) },
  { key: "attempts", title: "Tries", numeric: true, of: (row) => row.attempts.length, cell: (row) => String(row.attempts.length || "") },
  { key: "characters", title: "Length", numeric: true, of: (row) => row.characters ?? 0, cell: (row) => (row.characters === null ? "" : number(row.characters)) },
  { key: "tokens", title: "Tokens", numeric: true, optional: true, of: (row) => row.tokens[1], cell: (row) => (row.tokens[1] ? number(row.tokens[1]) : "") },
  { key: "seconds", title: "Time", numeric: true, optional: true, of: (row) => row.seconds, cell: (row) => (row.seconds ? duration(row.seconds) : "") },
];

const marks = (row) => reservations(row).map((name) => el(`span.reserved.r-${name}`, { title: `accepted; ${RESERVED[name][1]}`, role: "img", "aria-label": RESERVED[name][1] }, RESERVED[name][0]));

/** The beginning of what the row is about, on one line: what was asked, else what there is. */
function gist(row) {
  const told = Object.entries(row.input ?? {}).filter(([, value]) => textOf(value));
  const prose = told.filter(([name]) => /instruction|description|prompt|question|problem/i.test(name))[0];
  const text = textOf(prose?.[1] ?? row.text ?? told[0]?.[1]);
  return text.slice(0, 400).replace(/\s+/g, " ").trim().slice(0, 140);
}

const shownStatus = (row) => (row.mended ? "mended" : row.status);

/** What can be searched of a row, in lower case. */
function haystack(row) {
  const inputs = row.input ? Object.values(row.input).map(textOf) : [];
  const asked = row.input ? [] : row.attempts.map((a) => textOf(a.message));
  const replies = row.text === null ? row.attempts.map((a) => textOf(a.reply)) : [];
  const codes = row.attempts.flatMap((a) => a.verdicts.flatMap((v) => [`${v.check} ${v.status}`, ...v.findings.map((f) => f[1])]));
  return [row.id, row.reason, row.assurance, row.group, textOf(row.detail), textOf(row.text), ...inputs, ...asked, ...replies, ...codes].join("\n");
}

const hasFinding = (row, finding) => row.attempts.some((a) => a.verdicts.some((v) => v.findings.some((f) => `${v.check} ${f[1]}` === finding)));
