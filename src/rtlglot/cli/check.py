"""`rtlglot check`: a verdict per rung for every design of a dataset."""

from __future__ import annotations

import shlex
import sys
import time
from typing import Any

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import count, duration, print_json
from rtlglot.jobs.check import CheckSpec, check

_DESCRIPTION = """\
Examine the Verilog (or the text) of every row with real tools and say per rung what
they found. Nothing of the dataset is changed; nothing a design does reaches this machine."""

_EPILOG = """\
rungs for Verilog, cheapest first:
  screen       size, nesting, includes, system tasks
  syntax       parses (slang)
  elaborate    names, types, drivers, widths (slang)
  interface    has the header that --interface names
  synth        can be synthesised (yosys): latches, loops, cells, flip-flops
  equivalence  is proved equal to --reference, or shown to differ, with a trace
  testbench    passes --testbench (Icarus Verilog or Verilator)
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
    summary = check(spec, None if as_json else Ticker(), given["argv"])
    if as_json:
        print_json(summary)
    else:
        print(table(summary))
        print(f"{duration(time.monotonic() - begun)}; verdicts in {spec.output}")
    if summary.pending:
        print(f"{summary.ending}; resume with: {shlex.join(given['argv'])}", file=sys.stderr)
    return summary.exit_code


class Ticker:
    """A line on a terminal while the check goes on, one every 30 s elsewhere."""

    def __init__(self) -> None:
        self._begun = self._told = time.monotonic()
        self._live = sys.stderr.isatty()

    def __call__(self, progress: Any) -> None:
        now = time.monotonic()
        if now - self._told < (0.2 if self._live else 30) and progress.done < progress.total:
            return
        self._told = now
        rate = progress.done / max(now - self._begun, 1e-9)
        left = duration((progress.total - progress.done) / max(rate, 1e-9))
        line = f"{progress.done:,}/{count(progress.total, 'row')}  {rate:,.1f} rows/s  {left} left"
        if self._live:
            end = "\n" if progress.done == progress.total else ""
            print(f"\r{line}\x1b[K", end=end, file=sys.stderr, flush=True)
        elif now - self._begun > 2:
            print(line, file=sys.stderr, flush=True)


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
    lines.append(f"{count(summary.rows, 'row')} = {' + '.join(said)}")
    return "\n".join(lines)


COMMAND = Command(
    help="examine designs (or texts about them) that exist already",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (CheckSpec, AsJson),
    call=_call,
)
