"""The third rung: do the names, types, widths and drivers of the design make sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from rtlglot.checks import Check, holds_verilog, unfinished
from rtlglot.options import fill
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box
from rtlglot.tools.slang import reading

_UNKNOWN = frozenset({"UnknownModule", "UnknownPackage", "UnknownInterface", "UnknownPrimitive"})


@dataclass(frozen=True, slots=True)
class Options:
    """What `--set check.elaborate.NAME=VALUE` can say."""

    cpu_s: float = reading.CPU_S
    """CPU time for one text."""
    warnings: bool = True
    """Report what is legal and mostly a mistake: widths, latches, unconnected ports."""
    strict: bool = False
    """Let warnings fail the design."""


class Elaborate(Check):
    """Elaborates and analyses with slang."""

    name = "elaborate"
    rank = 30
    strict = True
    must_answer = True
    assurance = Assurance.READ

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        self.options = fill(Options, options or {}, part="check.elaborate")

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {"check": self.name, "version": 2, **asdict(self.options), "pyslang": reading.version()}

    def applies(self, context: Context) -> bool:
        """To Verilog."""
        return holds_verilog(context)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        data: dict[str, Json] = {"tool": f"pyslang {reading.version()}", "standard": context.standard}
        options, standard = self.options, context.standard
        result = await reading.read(box, text, standard, cpu_s=options.cpu_s)
        if result.value is None:
            return unfinished(self.name, result, data)
        value = result.value
        data |= {"modules": value["modules"], "tops": value["tops"], "unknown_modules": value["unknown"]}
        errors = tuple(f for f in reading.findings(value["parse"]) if f.severity is Severity.ERROR)
        found = errors + reading.findings(value["design"] or [])
        if not errors:
            found += _without_top(value)
        if not self.options.warnings:
            found = tuple(finding for finding in found if finding.severity is Severity.ERROR)
        return self._verdict(found, result.seconds, data)

    def _verdict(self, found: tuple[Finding, ...], seconds: float, data: dict[str, Json]) -> Verdict:
        errors = {finding.code for finding in found if finding.severity is Severity.ERROR}
        status = CheckStatus.FAIL if errors or (self.options.strict and found) else CheckStatus.PASS
        if errors and errors <= _UNKNOWN:
            # the design may be whole elsewhere
            status = CheckStatus.INCOMPLETE
            found = tuple(replace(f, severity=Severity.NOTE) if f.code in _UNKNOWN else f for f in found)
        return Verdict(self.name, status, found, seconds, data)


def _without_top(value: Json) -> tuple[Finding, ...]:
    if not value["modules"]:
        return (Finding(Severity.ERROR, "no-module", "there is no module in the text"),)
    if not value["tops"] and not reading.has_error(reading.findings(value["design"] or [])):
        message = "every module is a part of another one, so that none is the top"
        return (Finding(Severity.ERROR, "no-top", message),)
    return ()
