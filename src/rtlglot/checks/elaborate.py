"""The third rung: do the names, types, widths and drivers of the design make sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rtlglot.checks import Check, holds_verilog, unfinished
from rtlglot.options import fill
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box, Ended
from rtlglot.tools.slang import reading
from rtlglot.tools.slang.options import version


@dataclass(frozen=True, slots=True)
class ElaborateOptions:
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
        self.options = fill(ElaborateOptions, options or {}, part="check.elaborate")

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {"check": self.name, "version": 7, **asdict(self.options), "pyslang": version()}

    def applies(self, context: Context) -> bool:
        """To Verilog."""
        return holds_verilog(context)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        data: dict[str, Json] = {"tool": f"pyslang {version()}", "standard": context.standard}
        options = self.options
        result = await reading.read(box, text, context, cpu_s=options.cpu_s)
        if result.value is None:
            return unfinished(self.name, result, data, {Ended.TIMEOUT: "cpu_s"})
        value = result.value
        data |= {name: value[name] for name in ("standard", "modules", "tops")}
        data["unknown_modules"] = value["unknown"]
        errors = tuple(f for f in reading.findings(value["parse"]) if f.severity is Severity.ERROR)
        found = errors + reading.findings(value["design"] or [])
        if not errors:
            found += _without_top(value)
        if not self.options.warnings:
            found = tuple(finding for finding in found if finding.severity is Severity.ERROR)
        status = CheckStatus.FAIL if reading.has_error(found) or self._minds(found) else CheckStatus.PASS
        missing = reading.incomplete(found, context, value["unset"])
        if missing is not None:
            status, found = CheckStatus.INCOMPLETE, missing
        return Verdict(self.name, status, found, result.seconds, data)

    def _minds(self, found: tuple[Finding, ...]) -> bool:
        return self.options.strict and bool(found)


def _without_top(value: Json) -> tuple[Finding, ...]:
    if nothing := reading.without_module(value):
        return nothing
    if not (value["tops"] or value["unset"]) and not reading.has_error(
        reading.findings(value["design"] or [])
    ):
        message = (
            "every module is a part of another one, so that none is the top; --top NAME says which one is"
        )
        return (Finding(Severity.ERROR, "no-top", message),)
    return ()
