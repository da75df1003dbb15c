"""`rtlglot demo`: the main job on the embedded model, on this machine's CPU, in a minute or two."""

from __future__ import annotations

import argparse
import shlex
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from rtlglot.cli.transform import write_report_of
from rtlglot.cli.words import HelpFormatter
from rtlglot.errors import UsageError

DESCRIPTION = """\
Describe the example designs from their instructions with the embedded model, and show
three of them. What is done once is reused: a second demo takes seconds."""

SHOWN = 3
LONGEST_SHOWN = 420


def add(subparsers: Any) -> None:
    """Add the command."""
    command = subparsers.add_parser(
        "demo",
        help="the main job on the embedded model, on this CPU",
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    command.set_defaults(call=call)
    command.add_argument("--folder", default="demo", help="where the output goes (default: demo)")
    command.add_argument("--limit", type=int, help="only the first N designs (default: all)")


def call(arguments: argparse.Namespace) -> int:
    """Run it."""
    from rtlglot.cli.progress import watch_for
    from rtlglot.models import EMBEDDED
    from rtlglot.run.run import run
    from rtlglot.run.spec import Spec

    source, folder = examples(), Path(arguments.folder)
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "described.json"
    spec = Spec(
        input=str(source),
        source="instruction",
        target="description",
        output=str(output),
        prompt=str(source.with_name("one_sentence.md")),
        model=EMBEDDED,
        limit=arguments.limit,
        seed=1,
    )
    print(f"{EMBEDDED} describes the designs of {source.name} from their instructions, on this CPU.")
    print("It is a small model to try things with: what it writes is fluent and often wrong.\n")
    with watch_for(sys.stderr, resume=shlex.join(arguments.argv)) as watch:
        summary = run(spec, watch, arguments.argv)
        write_report_of(watch)
    show(output)
    print(f"\nEvery row, searchable, in a browser: {output}.report.html")
    print("\nNext: what real tools say about Verilog, which needs no model")
    print(f"  {program()} check {source} -o {folder}/verdicts.jsonl")
    print("and Verilog from a model that can write it, mended until the tools agree:")
    print(f"  {program()} transform {source} --from instruction --to verilog \\")
    print(f"      --model http://localhost:8000/v1 --repair 2 -o {folder}/designs.jsonl")
    return summary.exit_code


def examples() -> Path:
    """The example designs: in the package, or in the checkout it is installed from."""
    package = Path(__file__).resolve().parents[1]
    for path in (package / "examples" / "rtl.json", package.parents[1] / "examples" / "rtl.json"):
        if path.exists():
            return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    raise UsageError("the example designs are not here", hint="run from a checkout, or reinstall rtlglot")


def program() -> str:
    """How a person calls this program from here: its name, or its path where it is not on PATH."""
    script = Path(sys.argv[0])
    return str(script) if script.parent.name == "bin" and ".venv" in script.parts else "rtlglot"


def show(output: Path) -> None:
    """Three rows, side by side: what was accepted, and what was not and why."""
    from rich.console import Console, Group
    from rich.table import Table
    from rich.text import Text

    console = Console(width=min(100, Console().width))
    table = Table(show_lines=True, title="three of the rows", title_justify="left")
    for column in ("id", "instruction", "description"):
        table.add_column(column, ratio=1 if column == "id" else 3, overflow="fold")
    for row in _picked(output):
        accepted = "detail" not in row
        text = row["description"] if accepted else row["text"]
        verdict = "accepted" if accepted else f"{row['status']}: {row['detail']}"
        colour = "green" if accepted else "red"
        cell = Group(Text(_short(text)), Text(f"\n{verdict}", style=colour))
        table.add_row(row["id"], Text(_short(row["instruction"])), cell)
    console.print()
    console.print(table)


def _picked(output: Path) -> list[dict[str, Any]]:
    """The first accepted rows and the first with a text that was not, as many as there are."""
    from rtlglot.formats import open_dataset

    failures = output.with_name(output.name + ".failures.jsonl")
    accepted = [{"id": row.id, **row.fields} for row in islice(open_dataset(output), SHOWN)]
    refused: list[dict[str, Any]] = []
    if failures.exists():
        rows = ({"id": row.id, **row.fields} for row in open_dataset(failures))
        refused = list(islice((row for row in rows if row["text"]), SHOWN))
    return [*accepted[: SHOWN - min(1, len(refused))], *refused][:SHOWN]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN].rsplit(" ", 1)[0] + " …"
