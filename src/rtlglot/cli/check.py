"""`rtlglot check`: a verdict per rung for every design of a dataset."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import COLUMNS, count, duration, fitted, print_json, sureness, tell
from rtlglot.cli.progress import watch_for
from rtlglot.cli.report import ReportFlag, write_report_of
from rtlglot.cli.waveform import here
from rtlglot.jobs.check import check
from rtlglot.jobs.check_spec import CheckSpec, CheckSummary, Examined
from rtlglot.options import like
from rtlglot.records import Assurance, CheckStatus, Reason, Severity, Status

_DESCRIPTION = """\
Examine the Verilog (or the text) of every row with real tools and say per rung what
they found. Nothing of the dataset is changed; nothing a design does reaches this machine."""

_EPILOG = """\
rungs for Verilog, cheapest first:
  screen       size, nesting, includes, system tasks
  syntax       parses (slang)
  elaborate    names, types, drivers, widths (slang)
  asked        is called, and has the ports, that the row's instruction says
  interface    has the header that --interface names
  synth        can be synthesised (yosys): latches, loops, cells, flip-flops
  equivalence  is proved equal to --reference, or shown to differ, with a trace
  testbench    passes --testbench (Icarus Verilog or Verilator)
A row with --reference or --testbench is accepted only where one of these two says yes.
rungs for texts about a design: wording, fidelity (against --reference)

examples:
  rtlglot check decoder.sv                       one design, told here; exit code 1: rejected
  cat decoder.sv | rtlglot check -
  rtlglot check a.v b.v --reference gold.v       are they equivalent to it
  rtlglot check rtl/ -o verdicts.parquet         a folder of .v and .sv files
  rtlglot check tasks.jsonl --field answer --reference ref --testbench test -o v.jsonl
  rtlglot check rtl.json --field description --reference verilog -o v.jsonl

  # clean a dataset: the rows that pass, as they are, and those that do not, with why
  rtlglot check Resyn27k.json --field Response --keep clean.json --drop bad.json

The ledger beside the first output (VERDICTS.ledger, or that of --keep) remembers every
verdict: after a crash or Ctrl-C the same command goes on where it was. rtlglot export and
report read what --keep wrote.
exit codes: 0 every design has its verdicts (of designs named one by one: and passed),
1 one of these did not pass, 2 input or usage, 75 stopped early and resumable,
130 interrupted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags(AsJson):
    no_report: bool = like(ReportFlag, "no_report", group="")


def _call(given: Given) -> int:
    spec, flags = take(CheckSpec, given), take(_Flags, given)
    begun = time.monotonic()
    resume = shlex.join(given["argv"])
    with watch_for(sys.stderr, resume=resume, quiet=flags.json) as watch:
        summary = check(spec, watch, given["argv"])
        if summary.ledger and not flags.no_report:
            write_report_of(summary.output, summary.ledger, watch.note)
    if flags.json:
        print_json(summary)
    elif summary.one_by_one:
        tell("\n\n".join("\n".join(design_told(design)) for design in summary.designs))
    else:
        tell(table(summary))
    if not flags.json and summary.output:
        written = [path for path in (spec.output, spec.keep, spec.drop) if path] or [summary.output]
        print(f"{duration(time.monotonic() - begun)}; written: {', '.join(written)}")
    if summary.pending:
        print(f"{summary.ending}; resume with: {resume}", file=sys.stderr)
    return summary.exit_code


def table(summary: CheckSummary) -> str:
    """Per rung, how many got which status; who did not pass; within 80 columns."""
    lines = [f"{'rung':<13}{'status':<15}{'designs':>9}{'share':>9}"]
    for rung, statuses in summary.rungs.items():
        for status, number in statuses.items():
            lines.append(f"{rung:<13}{status:<15}{number:>9,}{number / max(summary.rows, 1):>9.1%}")
            rung = ""
    said = [
        f"{summary.good:,} that no check said no to",
        f"{summary.rejected:,} rejected",
        *([f"{summary.empty:,} without a text"] if summary.empty else []),
        *([f"{summary.unreadable:,} unreadable"] if summary.unreadable else []),
        *([f"{summary.pending:,} not done yet"] if summary.pending else []),
    ]
    lines += sureness(summary.assurances)
    lines += [f"  {fitted(f'{each.id}: {_why(each)}', COLUMNS - 2)}" for each in summary.designs]
    if left := summary.bad - len(summary.designs):
        lines.append(f"  and {left:,} more that did not pass")
    lines.append(f"{count(summary.rows, 'row')} = {' + '.join(said)}")
    return "\n".join(lines)


def _why(design: Examined) -> str:
    """The check that ended it and the first thing that it said."""
    ended = next((verdict for verdict in design.verdicts if not verdict.ok), None)
    if ended is None or not ended.findings:
        return f"{design.reason.replace('_', ' ')}: {design.detail}"
    first = next((f for f in ended.findings if f.severity is Severity.ERROR), ended.findings[0])
    place = f"line {first.line}: " if first.line else ""
    return f"{ended.check} {ended.status}: {place}{first.message}"


def design_told(design: Examined) -> Iterator[str]:
    """One design: how it ended, each check's answer, each finding with the line that it is about."""
    sure = Assurance(design.assurance) if design.status == Status.ACCEPTED else Assurance.NONE
    yield f"{design.id}: {design.status}{f', {sure.told}' if sure is not Assurance.NONE else ''}"
    lines = design.text.splitlines()
    for verdict in design.verdicts:
        if verdict.status is CheckStatus.SKIPPED:
            continue
        yield f"  {verdict.check:<12} {verdict.status}"
        trace = verdict.data.get("trace")
        for finding in verdict.findings[:_MOST_FINDINGS]:
            if trace and finding.code in ("different", "unconfirmed"):
                continue  # it is drawn
            place = ":".join(str(n) for n in (finding.line, finding.column) if n)
            yield f"    {place + ': ' if place else ''}{finding.severity}: {finding.message} [{finding.code}]"
            if finding.line and finding.line <= len(lines):
                yield f"      {fitted(lines[finding.line - 1].strip(), COLUMNS - 6)}"
        if more := len(verdict.findings) - _MOST_FINDINGS:
            yield from [f"    and {count(more, 'more finding')}"] if more > 0 else []
        if trace:
            yield from (f"    {line}".rstrip() for line in ("", *here(trace, 4)))
    if design.reason in (Reason.UNEXAMINED, Reason.DISPUTED, Reason.MISSING_FIELD, Reason.NOT_UNICODE):
        yield from (f"  {line}" for line in design.detail.splitlines())


_MOST_FINDINGS = 20


COMMAND = Command(
    help="examine designs (or texts about them) that exist already",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (CheckSpec, _Flags),
    call=_call,
)
