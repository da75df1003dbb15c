"""The fourth rung: can the design be built from cells."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from rtlglot.checks import Check, holds_verilog, unfinished
from rtlglot.options import fill
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box, BoxResult, Ended, Permit, scrub

TOOL = "rtlglot.tools.yosys.synth:synthesise"
_REFUSAL = re.compile(r"^(?:design\.sv:(\d+)(?::(\d+))?: )?(?:ERROR|error): (.+)$", re.MULTILINE)
_NEVER_SAID = ("Design elaboration failed", "Build failed")
_MOST_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Options:
    """What `--set check.synth.NAME=VALUE` can say."""

    strict: bool = False
    """Let latches and combinational loops fail the design."""
    max_cells: int = 200_000
    max_memory_bits: int = 1 << 24
    cpu_s: float = 10.0
    """CPU time of one front end."""
    memory_mb: int = 2048


class Synth(Check):
    """Reads with yosys' slang front end, or with its own where that refuses, and synthesises."""

    name = "synth"
    rank = 50
    strict = True
    must_answer = True
    assurance = Assurance.SYNTHESISED

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        self.options = fill(Options, options or {}, part="check.synth")

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {"check": self.name, "version": 1, **asdict(self.options), "pyosys": _version()}

    def applies(self, context: Context) -> bool:
        """To Verilog."""
        return holds_verilog(context)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        data: dict[str, Json] = {"tool": f"yosys {_version()}", "standard": context.standard}
        if not _version():
            missing = Finding(Severity.NOTE, "tool-missing", "pyosys is not installed")
            return Verdict(self.name, CheckStatus.UNAVAILABLE, (missing,), 0.0, data)
        seconds, refusals, built = 0.0, [], None
        for frontend in ("slang", "verilog"):
            result = await self._run(text, context, box, frontend)
            seconds += result.seconds
            if result.ended is Ended.OK:
                named = data | {"frontend": f"read_{frontend}"}
                if not _in_conflict(result.value):
                    return self._verdict(result.value, seconds, named)
                # static functions called from two places look like this to one of the front ends:
                # a conflict is one when both see it, or the other cannot say
                built = built or (result.value, named)
            elif result.ended in (Ended.EXIT, Ended.CRASH):
                refusals.append(result)
            elif built is None:
                return unfinished(self.name, result, data)
        if built is not None:
            return self._verdict(built[0], seconds, built[1])
        # the better words are slang's, which comes first; a crash has none
        refusals.sort(key=lambda result: result.ended is Ended.CRASH)
        if refusals[0].ended is Ended.CRASH:
            return unfinished(self.name, refusals[0], data)
        found = tuple(_refused(refusals[0].log))
        return Verdict(self.name, CheckStatus.FAIL, found, seconds, data | {"frontend": None})

    async def _run(self, text: str, context: Context, box: Box, frontend: str) -> BoxResult:
        arguments = {"text": text, "standard": context.standard, "frontend": frontend}
        permit = Permit(memory_mb=self.options.memory_mb)
        return await box.run(TOOL, arguments, cpu_s=self.options.cpu_s, permit=permit)

    def _verdict(self, value: Json, seconds: float, data: dict[str, Json]) -> Verdict:
        for name in ("cells", "flip_flops", "latches", "memory_bits"):
            data[name] = value[name]
        found = tuple(self._found(value))
        if any(finding.severity is Severity.ERROR for finding in found):
            status = CheckStatus.FAIL
        elif value["unknown"]:
            status = CheckStatus.INCOMPLETE
        else:
            status = CheckStatus.PASS
        return Verdict(self.name, status, found, seconds, data)

    def _found(self, value: Json) -> Iterator[Finding]:
        grave = Severity.ERROR if self.options.strict else Severity.WARNING
        if not value["modules"]:
            yield Finding(Severity.ERROR, "no-module", "there is no module to build")
        for kind, what, line, column in value["problems"]:
            if kind == "undriven" and value["unknown"]:
                # the missing module may drive it
                continue
            severity = {"drivers": Severity.ERROR, "loop": grave}.get(kind, Severity.WARNING)
            yield Finding(severity, kind, _PROBLEMS[kind](what)[:_MOST_WIDTH], line, column)
        if value["latches"]:
            bits = "1 bit is" if value["latches"] == 1 else f"{value['latches']} bits are"
            message = f"{bits} kept in latches: assign on every path, or use a clock"
            yield Finding(grave, "latch", message)
        if value["cells"] > self.options.max_cells:
            message = f"{value['cells']} cells; {self.options.max_cells} are allowed"
            yield Finding(Severity.ERROR, "too-many-cells", message)
        if value["memory_bits"] > self.options.max_memory_bits:
            message = f"{value['memory_bits']} memory bits; {self.options.max_memory_bits} are allowed"
            yield Finding(Severity.ERROR, "too-much-memory", message)
        for name in value["unknown"]:
            message = f"the module '{name[:80]}' is not in the text"
            yield Finding(Severity.NOTE, "unknown-module", message)


def _in_conflict(value: Json) -> bool:
    return any(kind == "drivers" for kind, *_ in value["problems"])


_PROBLEMS = {
    "drivers": lambda what: f"{_named(what)} is driven from more than one place",
    "loop": lambda what: f"combinational loop{f' through {what}' if what else ''}: break it with a register",
    "undriven": lambda what: f"{_named(what)} is used and nothing drives it",
}


def _named(what: str) -> str:
    return f"'{what}'" if what else "a signal"


def _refused(log: str) -> Iterator[Finding]:
    """What yosys said last, as findings."""
    seen: dict[Finding, None] = {}
    for line, column, message in _REFUSAL.findall(log):
        if message.startswith(_NEVER_SAID):
            continue
        if message.startswith("Assert "):
            message = "the front end has no way to build this"
        said = "".join(c if c.isprintable() else " " for c in scrub(message))[:_MOST_WIDTH]
        place = (int(line) if line else None, int(column) if column else None)
        seen[Finding(Severity.ERROR, "unreadable", said, *place)] = None
    yield from list(seen)[:MOST_FINDINGS] or [
        Finding(Severity.ERROR, "unreadable", "yosys refused the text without saying why")
    ]


MOST_FINDINGS = 20


@functools.cache
def _version() -> str:
    """Of the installed yosys, '' where there is none (Windows)."""
    if importlib.util.find_spec("pyosys") is None:
        return ""
    return importlib.metadata.version("pyosys")
