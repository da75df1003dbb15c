"""`rtlglot report`: a ledger as one HTML page."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import count, print_json
from rtlglot.errors import RtlglotError, UsageError
from rtlglot.options import flag, like

_DESCRIPTION = """\
Write what became of every row, and why, as one HTML file that needs nothing else: no
network, no server. It opens from disk and copies over scp.

Works beside a running process and on a copy of a ledger."""

_EPILOG = """\
examples:
  rtlglot report designs.jsonl                      writes designs.jsonl.report.html
  rtlglot report designs.jsonl.ledger -o r.html
  rtlglot report designs.jsonl --group difficulty   rows can be filtered by that field
  rtlglot report designs.jsonl --json               the numbers only, on standard output

Up to 2,000 rows are in the page; of more, all numbers and some rows of every kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags:
    run: str = flag("the output of a run, or its ledger", "OUTPUT|LEDGER")
    output: str = flag("default: OUTPUT.report.html", "-o", "--output", default="", metavar="FILE.html")
    group: str = flag("field of the input to filter by", default="", metavar="FIELD")
    rows: int | None = flag(
        "rows in the page at most (default: 2,000); more make it larger", default=None, metavar="N"
    )
    json: bool = like(AsJson, "json", help="the numbers as JSON, no page")

    def __post_init__(self) -> None:
        if self.rows is not None and self.rows < 1:
            raise UsageError(f"--rows is {self.rows}", hint="expected at least 1")


def _call(given: Given) -> int:
    from rtlglot.ledger.opening import find_ledger

    flags = take(_Flags, given)
    ledger = find_ledger(flags.run)
    if flags.json:
        print_json(_numbers(ledger))
        return 0
    from rtlglot.reports.write import MOST_BYTES, MOST_ROWS, write_report

    rows = flags.rows or MOST_ROWS
    report = write_report(
        ledger,
        Path(flags.output or _report_path(ledger)),
        group=flags.group,
        most_rows=rows,
        most_bytes=MOST_BYTES * max(1, rows // MOST_ROWS),
    )
    for note in report.notes:
        print(note, file=sys.stderr)
    print(f"{report.path}: {count(report.rows, 'row')}, {report.size_bytes / 1e6:.1f} MB")
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFlag:
    """That of the commands that write one at their end."""

    no_report: bool = flag("write no OUTPUT.report.html at the end", default=False)


def write_report_of(output: str, ledger: str, note: Callable[[str], None]) -> None:
    """OUTPUT.report.html of a run that has delivered, however it ended; a failure of it is only told."""
    from rtlglot.ledger.opening import find_ledger
    from rtlglot.records import PARTS_MANIFEST
    from rtlglot.reports.write import write_report
    from rtlglot.stores.remote import here
    from rtlglot.stores.store import holds

    target = Path(f"{here(output)}.report.html")
    try:
        write_report(find_ledger(output) if holds(output, PARTS_MANIFEST) else Path(ledger), target)
    except RtlglotError as error:
        note(f"no report: {error}")
    else:
        note(f"  report   {target}")


def _report_path(ledger: Path) -> Path:
    """Beside the output: `designs.jsonl.ledger` -> `designs.jsonl.report.html`."""
    return ledger.with_name(ledger.name.removesuffix(".ledger") + ".report.html")


def _numbers(ledger: Path) -> dict[str, Any]:
    """What the page counts, for scripts."""
    from contextlib import closing

    from rtlglot.ledger.opening import open_reading
    from rtlglot.reports import numbers

    with closing(open_reading(ledger)) as db:
        return numbers.to_json(numbers.gather(db))


COMMAND = Command(
    help="see what became of every row, and why, in a browser",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (_Flags,),
    call=_call,
)
