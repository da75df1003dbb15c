"""`rtlglot eval`: how good a model is on a benchmark, by testbench and by proof."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import print_json
from rtlglot.engines import OPTIONS
from rtlglot.errors import RtlglotError, UsageError
from rtlglot.evals.spec import EvalSpec
from rtlglot.options import flag
from rtlglot.run.spec import engine_flags

_DESCRIPTION = """\
Ask a model for the designs of a benchmark, several times each, and say how many are
right: by testbench, by proof, and by both, as pass@k with intervals. The references and
testbenches are tried first. Everything is kept in a folder, and the same command goes on
where it was."""

_EPILOG = """\
examples:
  # VerilogEval 2, 20 samples of each problem, from a server
  rtlglot eval spec-to-rtl.jsonl --model http://localhost:8000/v1 --samples 20 -o ve2

  # a published score, checked: completions that exist already
  rtlglot eval v1_Human.jsonl --samples-from completions.jsonl -o replay

  # which problems and testbenches are any good, without a model
  rtlglot eval spec-to-rtl.jsonl --audit -o audit

  # what is known and what each needs
  rtlglot eval --list

exit codes: 0 scored, 2 input or usage, 3 engine lost, 75 stopped early and resumable,
130 interrupted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags(AsJson):
    list: bool = flag("the benchmarks that are known", default=False)


def _call(given: Given) -> int:
    flags = take(_Flags, given)
    if flags.list:
        print(_known())
        return 0
    if "input" not in given:
        raise UsageError("PROBLEMS is missing", hint="name a file or folder, or see --list")
    from rtlglot.cli.progress import watch_for
    from rtlglot.evals import tables
    from rtlglot.evals.evaluate import evaluate

    spec = take(EvalSpec, given)
    own = {name: given[name] for name in engine_flags() if name in given}
    with watch_for(sys.stderr, resume=shlex.join(given["argv"]), quiet=flags.json) as watch:
        told = evaluate(spec, watch, given["argv"], **own)
    if flags.json:
        print_json(told)
    elif "stopped_while" in told:
        print(f"{told['ending']} while {told['stopped_while']}: nothing is asked yet")
    else:
        print(tables.audit(told) if spec.audit else tables.markdown(told))
        print(f"\nall of it: {told['folder']}")
    if not spec.audit and "stopped_while" not in told:
        _write_report(Path(told["folder"]))
    return {"stopped": 75, "interrupted": 130}.get(told["ending"], 0)


def _write_report(folder: Path) -> None:
    from rtlglot.reports.write import write_report

    try:
        write_report(folder / "answers.jsonl.ledger", folder / "report.html")
    except RtlglotError as error:
        print(f"no report: {error}", file=sys.stderr)


def _known() -> str:
    from rtlglot.evals.problems import PROBLEMS

    lines = []
    for name in PROBLEMS:
        reader = PROBLEMS.load(name)
        lines += [f"{name:<15}{reader.what}", f"{'':<15}needs {reader.needs}"]
    return "\n".join(lines)


COMMAND = Command(
    help="how good a model is on a benchmark, by testbench and by proof",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (EvalSpec, _Flags, *(OPTIONS.load(engine) for engine in OPTIONS)),
    call=_call,
)
