"""`rtlglot demo`: the main job on the embedded model, on this machine's CPU, in a minute or two."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtlglot.cli.command import Command, Given, take
from rtlglot.cli.preview import delivered, show
from rtlglot.cli.report import write_report_of
from rtlglot.errors import UsageError
from rtlglot.options import flag

_DESCRIPTION = """\
Describe the example designs from their instructions with the embedded model, and show
three of them; then a round trip of a true text and a false one, proved and refuted.
What is done once is reused: a second demo takes seconds."""

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags:
    folder: str = flag("where the output goes", default="demo", metavar="FOLDER")
    limit: int | None = flag("only the first N designs (default: all)", default=None, metavar="N")


def _call(given: Given) -> int:
    from rtlglot.cli.progress import watch_for
    from rtlglot.models import EMBEDDED
    from rtlglot.run.run import run
    from rtlglot.run.spec import Spec

    flags = take(_Flags, given)
    source, folder = _examples(), Path(flags.folder)
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "described.json"
    spec = Spec(
        input=str(source),
        source="instruction",
        target="description",
        output=str(output),
        prompt=str(source.with_name("one_sentence.md")),
        model=EMBEDDED,
        limit=flags.limit,
        seed=1,
    )
    print(f"{EMBEDDED} describes the designs of {source.name} from their instructions, on this CPU.")
    print("It is a small model to try things with: what it writes is fluent and often wrong.\n")
    with watch_for(sys.stderr, resume=shlex.join(given["argv"])) as watch:
        summary = run(spec, watch, given["argv"])
        write_report_of(summary.output, summary.ledger, watch.note)
    if summary.ending != "done":
        return summary.exit_code
    show(_picked(output), "instruction", "description", title="three of the rows")
    print(f"\nEvery row, searchable, in a browser: {output}.report.html")
    _round_trip(source, folder, given["argv"])
    print("\nNext: what real tools say about Verilog, which needs no model")
    print(f"  {_program()} check {source} -o {folder}/verdicts.jsonl")
    print("and Verilog from a model that can write it, mended until the tools agree:")
    print(f"  {_program()} transform {source} --from instruction --to verilog \\")
    print(f"      --model http://localhost:8000/v1 --repair 2 -o {folder}/designs.jsonl")
    return summary.exit_code


def _round_trip(source: Path, folder: Path, argv: Sequence[str]) -> None:
    """A true text and a fluent false one, told apart by what is built from them; the replies are scripted,
    for the small model cannot write Verilog."""
    from rtlglot.cli.progress import watch_for
    from rtlglot.jobs.roundtrip import spec_of as roundtrip
    from rtlglot.run.run import run

    output = folder / "roundtrip.jsonl"
    print("\nThen a round trip: Verilog built from a true text and from a false one, and proved or refuted.")
    print("(What a model would build is scripted here: the small one cannot write Verilog.)\n")
    told = {"input": str(source.with_name("roundtrip.jsonl")), "output": str(output), "rebuilds": 1}
    model = str(source.with_name("roundtrip_replies.jsonl"))
    spec = roundtrip({**told, "describe": "none", "engine": "scripted", "model": model})
    with watch_for(sys.stderr, resume=shlex.join(argv)) as watch:
        summary = run(spec, watch, argv)
        write_report_of(summary.output, summary.ledger, watch.note)
    show(list(delivered(output)), "verilog", "description", title="a true text, and a false one")
    print(f"\nSide by side with the waveform: {output}.report.html")


def _examples() -> Path:
    """The example designs: in the package, or in the checkout it is installed from."""
    package = Path(__file__).resolve().parents[1]
    for path in (package / "examples" / "rtl.json", package.parents[1] / "examples" / "rtl.json"):
        if path.exists():
            return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    raise UsageError("the example designs are not here", hint="run from a checkout, or reinstall rtlglot")


def _program() -> str:
    """How a person calls this program from here: its name, or its path where it is not on PATH."""
    script = Path(sys.argv[0])
    return str(script) if script.parent.name == "bin" and ".venv" in script.parts else "rtlglot"


def _picked(output: Path) -> list[dict[str, Any]]:
    """The first accepted rows and the first with a text that was not, as many as there are."""
    accepted: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for row in delivered(output):
        if "detail" not in row:
            accepted += [row] if len(accepted) < _SHOWN else []
        elif row["text"]:
            refused.append(row)
            break
    return [*accepted[: _SHOWN - len(refused)], *refused]


COMMAND = Command(
    help="the main job on the embedded model, on this CPU",
    description=_DESCRIPTION,
    flags=lambda: (_Flags,),
    call=_call,
)
