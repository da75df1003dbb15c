"""`rtlglot check`: a verdict per rung for every design of a dataset."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
import time
from typing import Any

import orjson

from rtlglot.cli.transform import add_rows, parse_map
from rtlglot.cli.words import HelpFormatter, count, duration
from rtlglot.errors import UsageError
from rtlglot.run.spec import parse_set

DESCRIPTION = """\
Examine the Verilog (or the text) of every row with real tools and say per rung what
they found. Nothing of the dataset is changed; nothing a design does reaches this machine."""

EPILOG = """\
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
  rtlglot check rtl.jsonl --checks syntax,elaborate -o verdicts.csv
  rtlglot check tasks.jsonl --field answer --reference ref --testbench test -o v.jsonl
  rtlglot check rtl.json --field description --reference verilog -o v.jsonl
  rtlglot check rtl/ -o verdicts.parquet                  a folder of .v and .sv files

The ledger VERDICTS.ledger remembers every verdict: after a crash or Ctrl-C the same
command goes on where it was.
exit codes: 0 every design has its verdicts, 2 input or usage, 75 stopped early and
resumable, 130 interrupted"""


def add(subparsers: Any) -> None:
    """Add the command."""
    command = subparsers.add_parser(
        "check",
        help="examine designs (or texts about them) that exist already",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    command.set_defaults(call=call)
    command.add_argument("input", help="JSON, JSONL, CSV, TSV, Parquet, a folder of Verilog, or -")
    command.add_argument("-o", "--output", required=True, metavar="VERDICTS", help="JSONL, CSV or Parquet")
    group = command.add_argument_group("what is checked")
    group.add_argument("--field", default="verilog", help="field with the candidate (default: verilog)")
    group.add_argument("--reference", default="", metavar="FIELD", help="field with Verilog to compare with")
    group.add_argument("--testbench", default="", metavar="FIELD", help="field with a testbench")
    group.add_argument(
        "--interface", default="", metavar="FIELD", help="field with the required header, or auto"
    )
    group.add_argument(
        "--checks",
        default="default",
        metavar="RUNGS",
        help="comma list, or the highest rung (default: all for which a field is named)",
    )
    group.add_argument(
        "--std", default="sv2017", choices=("v2001", "v2005", "sv2017"), help="language (default: sv2017)"
    )
    group.add_argument("--strict", action="store_true", help="reject for latches, loops and widths too")
    group.add_argument("--set", metavar="check.NAME.KEY=VALUE", action="append", help="a check's own option")
    add_rows(command)
    command.add_argument("--json", action="store_true", help="the summary as JSON on standard output")


def call(arguments: argparse.Namespace) -> int:
    """Run it."""
    from rtlglot.formats import Selection
    from rtlglot.jobs.check import CheckSpec, check

    given = parse_set(arguments.set or [])
    if "engine" in given:
        raise UsageError("there is no engine here", hint="write --set check.NAME.KEY=VALUE")
    spec = CheckSpec(
        input=arguments.input,
        output=arguments.output,
        field=arguments.field,
        reference=arguments.reference,
        testbench=arguments.testbench,
        interface=arguments.interface,
        checks=arguments.checks,
        strict=arguments.strict,
        standard=arguments.std,
        format=arguments.format or "",
        selection=Selection(
            map=parse_map(arguments.map or []),
            id_field=arguments.id,
            where=arguments.where,
            limit=arguments.limit,
        ),
        options=given.get("check", {}),
    )
    begun = time.monotonic()
    summary = check(spec, None if arguments.json else Ticker(), arguments.argv)
    if arguments.json:
        print(orjson.dumps(dataclasses.asdict(summary), option=orjson.OPT_INDENT_2).decode())
    else:
        print(table(summary))
        print(f"{duration(time.monotonic() - begun)}; verdicts in {spec.output}")
    if summary.pending:
        print(f"{summary.ending}; resume with: {shlex.join(arguments.argv)}", file=sys.stderr)
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
