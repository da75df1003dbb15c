"""`rtlglot merge`: the shards of a job become the job."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import count, print_json
from rtlglot.options import flag

if TYPE_CHECKING:
    from rtlglot.jobs.merge import MergeSummary

_DESCRIPTION = """\
Put the shards of a job (transform, roundtrip, check or eval) together: output, failures,
ledger and report of the whole, in the input's order. What is missing is named; one
machine can work it out. What one shard bought serves all. Works while shards are
running: the result is what is there."""

_EPILOG = """\
examples:
  rtlglot merge out.*-of-8.jsonl                    writes out.jsonl
  rtlglot merge out.1-of-8.jsonl -o all.jsonl       the others are found beside it
  rtlglot merge ve2.*-of-8                          an evaluation's folders, into ve2

exit codes: 0 every row has its outcome, 2 input or usage, 75 some rows are missing"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags(AsJson):
    parts: tuple[str, ...] = flag(
        "outputs (or folders) of shards; those beside them are found", "OUT.I-of-N.SUFFIX"
    )
    output: str = flag("default: OUT.SUFFIX", "-o", "--output", default="", metavar="FILE")


def _call(given: Given) -> int:
    from rtlglot.reports.write import write_report

    flags = take(_Flags, given)
    if any(Path(part).is_dir() for part in flags.parts):
        summary, score = _evaluation(flags)
        report = Path(summary.output) / "report.html"
    else:
        from rtlglot.jobs.merge import merge

        summary, score = merge(flags.parts, flags.output), ""
        report = Path(f"{summary.output}.report.html")
    if summary.total:
        write_report(Path(summary.ledger), report)
    if flags.json:
        print_json(summary)
        return summary.exit_code
    for line in (score, *lines(summary)) if score else lines(summary):
        print(line)
    print(f"  report   {report}")
    if summary.pending and summary.command:
        print(f"the rest on one machine: {shlex.join(summary.command)}", file=sys.stderr)
    return summary.exit_code


def _evaluation(flags: _Flags) -> tuple[MergeSummary, str]:
    """And its score, for people."""
    from rtlglot.evals import tables
    from rtlglot.evals.merged import merge_evaluation

    summary, told = merge_evaluation(flags.parts, flags.output)
    return summary, tables.markdown(told) + "\n"


def lines(summary: MergeSummary) -> Iterator[str]:
    """Every row is accounted for; what is missing is named."""
    yield (
        f"{count(summary.total, 'row')} = {summary.accepted:,} accepted + {summary.rejected:,} rejected"
        f" + {summary.failed:,} failed" + (f" + {summary.pending:,} missing" if summary.pending else "")
    )
    for shard, rows in summary.unfinished.items():
        working = f", {summary.running[shard]} works on it" if shard in summary.running else ""
        yield f"  shard {shard}: {count(rows, 'row')} without an outcome{working}"
    rest = summary.pending - sum(summary.unfinished.values())
    if summary.absent:
        yield f"  no ledger here of the shards {', '.join(summary.absent)}: {rest:,} rows are theirs"
    elif rest > 0:
        yield f"  {count(rest, 'row')} in no shard as they are now: the input has changed"
    if summary.missing:
        more = " …" if summary.pending > len(summary.missing) else ""
        yield f"  missing: {', '.join(summary.missing)}{more}"
    yield f"  output   {summary.output}"


COMMAND = Command(
    help="put the shards of a job together",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (_Flags,),
    call=_call,
)
