"""`rtlglot check`: a verdict per rung for every design of a dataset."""

from __future__ import annotations

import shlex
import sys
import time
from typing import Any

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import count, duration, print_json, sureness
from rtlglot.cli.progress import watch_for
from rtlglot.jobs.check import CheckSpec, check

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
  rtlglot check Resyn27k.json --field Response -o verdicts.jsonl
  rtlglot check rtl.jsonl --check syntax,elaborate -o verdicts.csv
  rtlglot check tasks.jsonl --field answer --reference ref --testbench test -o v.jsonl
  rtlglot check rtl.json --field description --reference verilog -o v.jsonl
  rtlglot check rtl/ -o verdicts.parquet                  a folder of .v and .sv files

The ledger VERDICTS.ledger remembers every verdict: after a crash or Ctrl-C the same
command goes on where it was.
exit codes: 0 every design has its verdicts, 2 input or usage, 75 stopped early and
resumable, 130 interrupted"""


def _call(given: Given) -> int:
    spec, as_json = take(CheckSpec, given), take(AsJson, given).json
    begun = time.monotonic()
    resume = shlex.join(given["argv"])
    with watch_for(sys.stderr, resume=resume, quiet=as_json) as watch:
        summary = check(spec, watch, given["argv"])
    if as_json:
        print_json(summary)
    else:
        print(table(summary))
        print(f"{duration(time.monotonic() - begun)}; verdicts in {spec.output}")
    if summary.pending:
        print(f"{summary.ending}; resume with: {resume}", file=sys.stderr)
    return summary.exit_code


def table(summary: Any) -> str:
    """Per rung, how many got which status; within 80 columns."""
    lines = [f"{'rung':<13}{'status':<15}{'designs':>9}{'share':>9}"]
    for rung, statuses in summary.rungs.items():
        for status, number in statuses.items():
            lines.append(f"{rung:<13}{status:<15}{number:>9,}{number / max(summary.rows, 1):>9.1%}")
            rung = ""
    said = [
        f"{summary.good:,} that no check said no to",
        f"{summary.rejected:,} rejected",
        *([f"{summary.empty:,} without a text"] if summary.empty else []),
        *([f"{summary.pending:,} not done yet"] if summary.pending else []),
    ]
    lines += sureness(summary.assurances)
    lines.append(f"{count(summary.rows, 'row')} = {' + '.join(said)}")
    return "\n".join(lines)


COMMAND = Command(
    help="examine designs (or texts about them) that exist already",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (CheckSpec, AsJson),
    call=_call,
)
