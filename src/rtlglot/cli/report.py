"""`rtlglot report`: a ledger as one HTML page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import orjson

from rtlglot.cli.words import HelpFormatter, count
from rtlglot.errors import UsageError

DESCRIPTION = """\
Write what became of every row, and why, as one HTML file that needs nothing else: no
network, no server. It opens from disk and copies over scp.

Works beside a running process and on a copy of a ledger."""

EPILOG = """\
examples:
  rtlglot report designs.jsonl                    writes designs.jsonl.report.html
  rtlglot report designs.jsonl.ledger -o r.html
  rtlglot report designs.jsonl --group difficulty rows can be filtered by that field
  rtlglot report designs.jsonl --json             the numbers only, on standard output

Up to 2,000 rows are in the page; of more, all numbers and some rows of every kind."""


def add(subparsers: Any) -> None:
    """Add the command."""
    command = subparsers.add_parser(
        "report",
        help="see what became of every row, and why, in a browser",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    command.set_defaults(call=call)
    command.add_argument("run", metavar="OUTPUT|LEDGER", help="the output of a run, or its ledger")
    command.add_argument("-o", "--output", metavar="FILE.html", help="default: OUTPUT.report.html")
    command.add_argument("--group", default="", metavar="FIELD", help="field of the input to filter by")
    command.add_argument(
        "--rows", type=int, metavar="N", help="rows in the page at most (default: 2,000); more make it larger"
    )
    command.add_argument("--json", action="store_true", help="the numbers as JSON, no page")


def call(arguments: argparse.Namespace) -> int:
    """Write it."""
    from rtlglot.ledger.opening import find_ledger

    ledger = find_ledger(Path(arguments.run))
    if arguments.json:
        print(numbers_json(ledger))
        return 0
    from rtlglot.report.write import MOST_BYTES, MOST_ROWS, write_report

    rows = arguments.rows or MOST_ROWS
    if rows < 1:
        raise UsageError(f"--rows is {rows}", hint="expected at least 1")
    target = Path(arguments.output or report_path(ledger))
    report = write_report(
        ledger,
        target,
        group=arguments.group,
        most_rows=rows,
        most_bytes=MOST_BYTES * max(1, rows // MOST_ROWS),
    )
    for note in report.notes:
        print(note, file=sys.stderr)
    print(f"{report.path}: {count(report.rows, 'row')}, {report.size_bytes / 1e6:.1f} MB")
    return 0


def report_path(ledger: Path) -> Path:
    """Beside the output: `designs.jsonl.ledger` -> `designs.jsonl.report.html`."""
    return ledger.with_name(ledger.name.removesuffix(".ledger") + ".report.html")


def numbers_json(ledger: Path) -> str:
    """What the page counts, for scripts."""
    from contextlib import closing

    from rtlglot.ledger.opening import open_reading
    from rtlglot.report import numbers

    with closing(open_reading(ledger)) as db:
        told = numbers.to_json(numbers.gather(db))
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
