"""`rtlglot roundtrip`: how good descriptions are, by what can be built from them, proved."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from rtlglot.checks.roundtrip import RoundtripOptions
from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.report import ReportFlag
from rtlglot.cli.transform import go
from rtlglot.engines import OPTIONS
from rtlglot.jobs.roundtrip import RoundtripSpec, spec_of, write_results
from rtlglot.options import flags, like
from rtlglot.run.deliver import Delivery
from rtlglot.run.watch import Summary

_DESCRIPTION = """\
Verilog -> text -> Verilog: a model that gets nothing but the text builds each design
again, and every rebuild is proved equivalent to the design, or shown to differ.

Each row gets a score (the share of rebuilds that are proved), a leak (how much of the
design the text gives away as code) and a size (its length against the design's).
Rows without a text are described first."""

_EPILOG = """\
examples:
  # score the descriptions that are there, three rebuilds each
  rtlglot roundtrip rtl.jsonl --describe none \\
      --model http://localhost:8000/v1 -o scored.jsonl

  # describe, rebuild with another model, send counterexamples back twice
  rtlglot roundtrip rtl.jsonl --describe all --refine 2 \\
      --model http://localhost:8000/v1 --rebuilder http://localhost:8001/v1 -o texts.jsonl

  # instructions instead; only those that half of the rebuilds get right
  rtlglot roundtrip tasks.jsonl --field instruction --min-score 0.5 -o good.jsonl

  # RTL-BenchLS by its rules, with its result lines in bench.jsonl.results.jsonl
  rtlglot roundtrip slice_01.jsonl --protocol rtl-benchls \\
      --model http://localhost:8000/v1 -o bench.jsonl

  # as a rung of transform, behind the cheap ones
  rtlglot transform rtl.jsonl --from verilog --to description --check roundtrip -o out.jsonl

Ends as transform does: OUTPUT, OUTPUT.failures.jsonl, OUTPUT.ledger; the same command
goes on where it was, and asks nothing twice.
exit codes: 0 every row has its outcome, 2 input or usage, 3 engine lost,
75 stopped early and resumable, 130 interrupted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags(ReportFlag):
    """Those of the command alone."""

    json: bool = like(AsJson, "json", group="how it runs")


def _call(given: Given) -> int:
    own = take(_Flags, given)
    left = {*flags(_Flags), "argv"}
    spec = spec_of({name: value for name, value in given.items() if name not in left})

    def last(summary: Summary) -> None:
        if given.get("protocol"):
            print(f"  results  {write_results(Delivery(Path(summary.output), spec.target))}", file=sys.stderr)

    return go(spec, given["argv"], report=not own.no_report, as_json=own.json, last=last)


COMMAND = Command(
    help="score descriptions by the designs that can be rebuilt from them, proved",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (
        RoundtripSpec,
        RoundtripOptions,
        _Flags,
        *(OPTIONS.load(engine) for engine in OPTIONS),
    ),
    call=_call,
)
