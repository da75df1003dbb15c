"""`rtlglot transform`: a dataset in, a transformed dataset out."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.export import told
from rtlglot.cli.printing import print_json, tell
from rtlglot.cli.report import ReportFlag, write_report_of
from rtlglot.engines import OPTIONS
from rtlglot.errors import UsageError
from rtlglot.options import flag, flags, like
from rtlglot.run.spec import Spec, make_spec
from rtlglot.run.watch import Summary

_DESCRIPTION = """\
Translate one field of every row into another: instruction, description, verilog,
or fields of your own with --prompt.

Every row ends as accepted (in OUTPUT), rejected or failed (in OUTPUT.failures.jsonl,
with the reason). The ledger OUTPUT.ledger remembers every reply: after a crash or
Ctrl-C the same command goes on where it was."""

_EPILOG = """\
examples:
  # the seed's main job on the embedded model, no GPU
  rtlglot transform rtl.json --from instruction --to description

  # Verilog from instructions, on a server you run; rejected code is mended twice
  rtlglot transform rtl.jsonl --from instruction --to verilog \\
      --model http://localhost:8000/v1 --repair 2 -o designs.jsonl

  # from a JSON file to a folder that datasets.load_dataset reads
  rtlglot transform rtl.json --from instruction --to verilog --repair 2 \\
      --model http://localhost:8000/v1 -o designs.jsonl --export hf=my-dataset/

  # RTLCoder's field names, the first 100 rows that are short enough
  rtlglot transform Resyn27k.json --from instruction --to description \\
      --map instruction=Instruction --where "row.instruction|length < 2000" --limit 100

  # only what was cut off, with more room; the good rows stay
  rtlglot transform rtl.jsonl --from instruction --to verilog -o designs.jsonl \\
      --redo truncated --max-tokens 4000

  # what would be asked, and how much it would be
  rtlglot transform rtl.json --from verilog --to description --dry-run

exit codes: 0 every row has its outcome, 2 input or usage, 3 engine lost,
75 stopped early and resumable, 130 interrupted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags:
    """Those of the command that no Spec has."""

    spec: str = flag(
        "all flags in a file; those given beside it win", also=("--recipe",),
        default="", metavar="SPEC.toml", group="the job",
    )  # fmt: skip
    no_report: bool = like(ReportFlag, "no_report", group="how it runs")
    dry_run: bool = flag("show prompts and an estimate, ask nothing", default=False, group="how it runs")
    json: bool = like(AsJson, "json", group="how it runs")
    export: str = flag(
        "at the end, what was accepted for a trainer as well: a format of rtlglot export and where, "
        "e.g. hf=my-dataset/", default="", metavar="NAME=PATH", group="the job",
    )  # fmt: skip


def spec_of(given: Given) -> Spec:
    """The Spec that a command line means."""
    own = {*flags(_Flags), "argv"}
    return make_spec({n: v for n, v in given.items() if n not in own}, given.get("spec", ""))


def _call(given: Given) -> int:
    spec, own = spec_of(given), take(_Flags, given)
    last = _exporting(own.export, quiet=own.json) if own.export else lambda _: None
    if own.dry_run:
        from rtlglot.jobs.dry_run import dry_run

        print(dry_run(spec))
        return 0
    return go(spec, given["argv"], report=not own.no_report, as_json=own.json, last=last)


def _exporting(wanted: str, *, quiet: bool) -> Callable[[Summary], None]:
    """What writes the export when all rows have their outcome; refuses before anything is asked."""
    from rtlglot.exports import EXPORTS, ExportSpec, export
    from rtlglot.formats import format_of

    format, _, path = wanted.partition("=")
    if format not in EXPORTS or not path:
        names = ", ".join(EXPORTS)
        raise UsageError(f"--export is {wanted}", hint=f"expected NAME=PATH, NAME one of {names}")
    containers = EXPORTS.load(format).containers
    if containers and format_of(path) not in containers:
        raise UsageError(f"{format} is not written to {path}", hint=f"name a file of {', '.join(containers)}")
    if Path(path).exists():
        raise UsageError(
            f"--export would write to {path}, which is there already",
            hint="name another place, or run rtlglot export with --existing replace afterwards",
        )

    def last(summary: Summary) -> None:
        if summary.exit_code:
            print(f"{path} is not written before all rows are done", file=sys.stderr)
            return
        done = export(ExportSpec(output=summary.output, format=format, path=path))
        if not quiet:
            tell("\n".join(told(done)))

    return last


def go(
    spec: Spec,
    argv: Sequence[str],
    *,
    report: bool,
    as_json: bool,
    last: Callable[[Summary], None] = lambda _: None,
) -> int:
    """Run it before the user's eyes, with the page and then `last` at the end; the exit code."""
    from rtlglot import cluster
    from rtlglot.cli.progress import watch_for
    from rtlglot.run.run import run

    watch = watch_for(sys.stderr, resume=shlex.join(argv), quiet=as_json)
    with watch:
        try:
            summary = (cluster.run if spec.cluster else run)(spec, watch, argv)
        finally:
            if watch.summary is not None and watch.summary.total and report:
                write_report_of(watch.summary.output, watch.summary.ledger, watch.note)
    last(summary)
    if as_json:
        print_json(summary)
    return summary.exit_code


COMMAND = Command(
    help="translate a field of a dataset into another",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (Spec, _Flags, *(OPTIONS.load(engine) for engine in OPTIONS)),
    call=_call,
)
