"""`rtlglot equiv`: whether two designs are equivalent, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import print_json
from rtlglot.cli.waveform import here
from rtlglot.errors import OutputError
from rtlglot.jobs.equiv import EquivSpec, equiv
from rtlglot.options import flag
from rtlglot.records import NO, YES, Json, Verdict

_DESCRIPTION = """\
Prove that two designs are equivalent, or show inputs with which they differ. Where the
reference answers x the candidate is free; registers may start as anything, as far as
the reference is defined then. A yes was also played in Icarus Verilog, where that is
installed."""

_EPILOG = """\
examples:
  rtlglot equiv gold.v mine.v
  rtlglot equiv gold.v mine.v --vcd difference.vcd     for GTKWave or Surfer
  rtlglot equiv gold.v mine.v --top alu --limit 300
  rtlglot equiv gold.v mine.v --json

exit codes: 0 equivalent, 1 different (or other ports), 2 input or usage,
4 it cannot be said, because"""

NO_ANSWER = 4
_STATUS = {
    "equivalent": "equivalent: proved",
    "different": "different",
    "ports-differ": "different: the ports are not the same",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags(AsJson):
    vcd: str = flag("write the difference as a waveform", default="", metavar="FILE.vcd")


def _call(given: Given) -> int:
    spec, flags = take(EquivSpec, given), take(_Flags, given)
    verdict = equiv(spec)
    trace = verdict.data.get("trace")
    if flags.vcd and trace:
        from rtlglot.tools.prover.vcd import vcd

        try:
            Path(flags.vcd).write_text(vcd(trace), encoding="utf-8")
        except OSError as error:
            raise OutputError(f"cannot write {flags.vcd}: {error.strerror}") from error
    if flags.json:
        print_json(verdict)
    else:
        print("\n".join(_told(verdict, flags.vcd if trace else "")))
    if verdict.status in YES:
        return 0
    return 1 if verdict.status in NO else NO_ANSWER


def _told(verdict: Verdict, vcd: str) -> Iterator[str]:
    trace = verdict.data.get("trace")
    yield _STATUS.get(verdict.status.value, f"cannot say: {verdict.status.value}")
    if how := _how(verdict.data):
        yield f"  {how}"
    for finding in verdict.findings:
        if trace and finding.code in ("different", "unconfirmed"):
            continue  # it is drawn
        place = f"line {finding.line}: " if finding.line else ""
        yield f"  {place}{finding.message}"
    if trace:
        yield from ("", *here(trace), "")
        yield f"waveform written to {vcd}" if vcd else "--vcd FILE.vcd writes this for GTKWave or Surfer"


def _how(data: Mapping[str, Json]) -> str:
    """What it rests on."""
    played = data.get("played") or {}
    parts = [
        f"by {data['engine']}" if data.get("engine") else "",
        f"confirmed in {data['simulator']}" if data.get("confirmed") and data.get("simulator") else "",
        f"played {played['steps']:,} steps in {played['simulator']}" if played.get("steps") else "",
    ]
    return ", ".join(filter(None, parts))


COMMAND = Command(
    help="prove two designs equivalent, or show where they differ",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (EquivSpec, _Flags),
    call=_call,
)
