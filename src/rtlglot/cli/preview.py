"""`rtlglot preview`: a few rows for real, shown here; only the replies are kept."""

from __future__ import annotations

import asyncio
import dataclasses
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import print_json
from rtlglot.cli.progress import PlainWatch, summary_lines, watch_for
from rtlglot.cli.transform import spec_of
from rtlglot.engines import OPTIONS
from rtlglot.errors import LedgerError, UsageError
from rtlglot.formats import open_dataset
from rtlglot.ledger.copying import copy_replies
from rtlglot.options import flag, flags, like
from rtlglot.run.spec import Spec
from rtlglot.run.watch import Nobody, Tally

_DESCRIPTION = """\
Do the first rows of a job for real and show them here, with what the checks say. No
output is written. The replies are kept in the ledger of the run that follows, which
buys none of them again."""

_EPILOG = """\
examples:
  rtlglot preview rtl.json --from instruction --to verilog --model http://localhost:8000/v1
  rtlglot preview rtl.json --from instruction --to verilog --rows 10 --repair 2
  rtlglot preview rtl.json --spec night.toml

All flags are those of rtlglot transform."""

_LONGEST_SHOWN = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags:
    rows: int = flag("so many rows", default=5, metavar="N", group="the job")
    spec: str = flag(
        "all flags in a file; those given beside it win", default="", metavar="SPEC.toml", group="the job"
    )
    json: bool = like(AsJson, "json", help="the rows as JSON, on standard output", group="how it runs")


def _call(given: Given) -> int:
    from rtlglot.run.assemble import choose_engine, named, output_of
    from rtlglot.run.run import run

    own = take(_Flags, given)
    if own.rows < 1:
        raise UsageError(f"--rows is {own.rows}", hint="expected at least 1")
    spec = spec_of({name: value for name, value in given.items() if name not in {*flags(_Flags)} - {"spec"}})
    limit = min(own.rows, spec.limit or own.rows)
    spec = dataclasses.replace(spec, limit=limit, shard="", until="", ledger_dir="")
    output = output_of(spec, asyncio.run(named(choose_engine(spec))).model)
    ledger = output.with_name(output.name + ".ledger")
    with tempfile.TemporaryDirectory(prefix="rtlglot-") as folder:
        target = Path(folder) / output.name
        scratch = target.with_name(target.name + ".ledger")
        if ledger.exists():
            _copy_replies(ledger, scratch)
        with watch_for(sys.stderr, resume="", quiet=own.json) as watch:
            summary = run(dataclasses.replace(spec, output=str(target)), _Begin(watch))
        rows = list(delivered(target))
        kept = _copy_replies(scratch, ledger)
    if own.json:
        print_json(rows)
        return summary.exit_code
    show(rows, spec.source, spec.target)
    print("\n".join(summary_lines(summary)))
    if kept:
        job = [word for word in given["argv"] if word != "preview"][1:]
        print(f"\nThe replies are kept in {ledger}, for: rtlglot transform {shlex.join(job)}")
    return summary.exit_code


class _Begin(Nobody):
    """Shows how a run goes and not where it writes to, which is gone in the end."""

    def __init__(self, watch: PlainWatch) -> None:
        self._watch, self._begun = watch, False
        self.note = watch.note  # type: ignore[method-assign]

    def stage(self, text: str) -> None:
        """Until rows are in flight."""
        if not self._begun:
            self._watch.stage(text)

    def tick(self, tally: Tally) -> None:
        """All of them."""
        self._begun = True
        self._watch.tick(tally)


def _copy_replies(source: Path, target: Path) -> bool:
    """Whether they could be; where another process works on the ledger they stay where they are."""
    try:
        copy_replies(source, target)
    except LedgerError:
        return False
    return True


def delivered(output: Path) -> Iterator[dict[str, Any]]:
    """The rows of an output, then those of its failures file; `text` is there where it was not accepted."""
    failures = output.with_name(output.name + ".failures.jsonl")
    for path in (output, failures):
        if path.exists():
            yield from ({"id": row.id, **row.fields} for row in open_dataset(path))


def show(rows: Sequence[dict[str, Any]], source: str, target: str, *, title: str = "") -> None:
    """What went in, what came out and what was said of it, as a table; nothing that a terminal acts on."""
    from rich.console import Console, Group
    from rich.table import Table
    from rich.text import Text

    console = Console(width=min(140, Console().width))
    table = Table(show_lines=True, title=title or None, title_justify="left")
    for column in ("id", source, target):
        table.add_column(column, ratio=1 if column == "id" else 3, overflow="fold")
    for row in rows:
        accepted = "detail" not in row
        text = row.get(target) if accepted else row["text"]
        sure = row.get("assurance", "none")
        said = "accepted" if sure == "none" else f"accepted, {sure}"
        said = said if accepted else f"{row['status']}: {row['detail']}"
        colour = "green" if accepted else "red"
        cell = Group(Text(_short(text)), Text(f"\n{_short(said)}", style=colour))
        table.add_row(_short(row["id"]), Text(_short(row.get(source))), cell)
    console.print()
    console.print(table)


def _short(value: Any) -> str:
    text = "".join(c if c.isprintable() or c == "\n" else "?" for c in str(value or "").expandtabs(4))
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN].rsplit(" ", 1)[0] + " …"


COMMAND = Command(
    help="a few rows of a transform for real, shown here, before the whole",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (Spec, _Flags, *(OPTIONS.load(engine) for engine in OPTIONS)),
    call=_call,
)
