"""The fourth rung: can the design be built from cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from rtlglot.checks import Check, holds_verilog, unfinished
from rtlglot.options import fill
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box, BoxResult, Ended, Permit
from rtlglot.sandbox.scrub import scrub
from rtlglot.tools.slang import reading
from rtlglot.tools.yosys.reader import version
from rtlglot.verilog.system_tasks import muted
from rtlglot.verilog.units import without

_LIMITS = {Ended.TIMEOUT: "cpu_s", Ended.MEMORY: "memory_mb"}
TOOL = "rtlglot.tools.yosys.synth:synthesise"
CONSTRUCTS_TOOL = "rtlglot.tools.slang.beyond:beyond"
_INITIAL = re.compile(r"\binitial\b")
_REFUSAL = re.compile(r"^(?:design\.sv:(\d+)(?::(\d+))?: )?(?:ERROR|error): (.+)$", re.MULTILINE)
_NEVER_SAID = ("Design elaboration failed", "Build failed")
_MOST_WIDTH = 300


@dataclass(frozen=True, slots=True)
class SynthOptions:
    """What `--set check.synth.NAME=VALUE` can say."""

    strict: bool = False
    """Let latches and combinational loops fail the design."""
    max_cells: int = 200_000
    max_memory_bits: int = 1 << 24
    cpu_s: float = 10.0
    """CPU time of one front end."""
    memory_mb: int = 2048


class Synth(Check):
    """Reads with yosys' slang front end, or with its own where that refuses, and brings it to cells.

    System tasks without an effect on hardware are passed over. Where every front end refuses a text that
    is legal, the design is `unsupported`, unless it asks for what no hardware can do.
    """

    name = "synth"
    rank = 50
    strict = True
    must_answer = True
    assurance = Assurance.SYNTHESISED

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        self.options = fill(SynthOptions, options or {}, part="check.synth")

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {"check": self.name, "version": 7, **asdict(self.options), "pyosys": version()}

    def applies(self, context: Context) -> bool:
        """To Verilog."""
        return holds_verilog(context)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        data: dict[str, Json] = {"tool": f"yosys {version()}", "standard": context.standard}
        if version() is None:
            missing = Finding(Severity.NOTE, "tool-missing", "pyosys is not installed: pip install pyosys")
            return Verdict(self.name, CheckStatus.UNAVAILABLE, (missing,), 0.0, data)
        known = await _known(text, context, box)
        data["standard"] = known.standard
        if known.elsewhere:
            return Verdict(self.name, CheckStatus.INCOMPLETE, known.missing, 0.0, data)
        seconds, refusals, built = 0.0, list[BoxResult](), None
        for front_end, initial in _ways(known):
            result = await self._run(known, box, front_end, initial=initial)
            seconds += result.seconds
            if result.ended is Ended.OK:
                named = data | {"frontend": f"read_{front_end}", "initial": initial}
                if not (_in_conflict(result.value) or _switched(result.value)):
                    return self._verdict(known, result.value, seconds, named)
                # static functions called from two places look like this to one of the front ends:
                # a conflict is one when both see it, or the other cannot say
                built = built or (result.value, named)
            else:
                refusals.append(result)
        if built is None:
            return await self._refusal(known, refusals, box, data)
        resolved = [row for row in await _beyond(known, box) if row[0].startswith(_RESOLVED)]
        if known.sound and resolved:
            return Verdict(self.name, CheckStatus.UNSUPPORTED, _cannot_build(resolved), seconds, built[1])
        return self._verdict(known, built[0], seconds, built[1])

    async def _run(self, known: _Known, box: Box, front_end: str, *, initial: bool) -> BoxResult:
        arguments = {
            "text": known.text,
            "standard": known.standard,
            "top": known.top,
            "front_end": front_end,
            "initial": initial,
            "memories": known.memories,
            "strict": self.options.strict,
        }
        permit = Permit(memory_mb=self.options.memory_mb)
        return await box.run(TOOL, arguments, cpu_s=self.options.cpu_s, permit=permit)

    async def _refusal(
        self, known: _Known, refusals: list[BoxResult], box: Box, data: dict[str, Json]
    ) -> Verdict:
        """What it means that no front end took a text."""
        seconds = sum(result.seconds for result in refusals)
        data |= {"frontend": None}
        broken = next((result for result in refusals if result.ended is not Ended.EXIT), None)
        if broken is not None:
            return unfinished(self.name, broken, data, _LIMITS)
        if known.missing:
            return Verdict(self.name, CheckStatus.INCOMPLETE, known.missing, seconds, data)
        said = tuple(_refused(refusals[0].log))
        if not known.sound:
            return Verdict(self.name, CheckStatus.FAIL, said, seconds, data)
        names = await _beyond(known, box)
        impossible = [row for row in names if not row[2]]
        notes = tuple(
            Finding(Severity.ERROR, "construct", f"no hardware can do this: {name}; a testbench can", line)
            for name, line, _ in impossible
        )
        if notes:
            return Verdict(self.name, CheckStatus.FAIL, notes + said, seconds, data)
        eased = tuple(replace(f, severity=Severity.WARNING, code="beyond-synthesis") for f in said)
        return Verdict(self.name, CheckStatus.UNSUPPORTED, _cannot_build(names) or eased, seconds, data)

    def _verdict(self, known: _Known, value: Json, seconds: float, data: dict[str, Json]) -> Verdict:
        for name in ("cells", "flip_flops", "latches", "memory_bits"):
            data[name] = value[name]
        found = tuple(self._found(value, known.missing))
        if not value["modules"] and not known.sound:
            found += (Finding(Severity.ERROR, "no-module", "there is no module to build"),)
        if any(finding.severity is Severity.ERROR for finding in found):
            status = CheckStatus.FAIL
        elif value["unknown"] or known.missing:
            status = CheckStatus.INCOMPLETE
        else:
            status = CheckStatus.PASS
        return Verdict(self.name, status, found, seconds, data)

    def _found(self, value: Json, missing: tuple[Finding, ...]) -> Iterator[Finding]:
        grave = Severity.ERROR if self.options.strict else Severity.WARNING
        for kind, what, line, column in value["problems"]:
            if kind == "undriven" and (value["unknown"] or missing):
                # what is missing may drive it
                continue
            severity = {"drivers": Severity.ERROR, "loop": grave}.get(kind, Severity.WARNING)
            yield Finding(severity, kind, _PROBLEMS[kind](what)[:_MOST_WIDTH], line, column)
        if value["latches"]:
            bits = "1 bit is" if value["latches"] == 1 else f"{value['latches']} bits are"
            message = f"{bits} kept in latches: assign on every path, or use a clock"
            yield Finding(grave, "latch", message)
        if not value["searched"]:
            message = "too large to look for combinational loops; --strict looks all the same"
            yield Finding(Severity.NOTE, "loops-not-searched", message)
        if value["cells"] > self.options.max_cells:
            allowed = f"{self.options.max_cells} are allowed (--set check.synth.max_cells=…)"
            message = f"{value['cells']} cells; {allowed}"
            yield Finding(Severity.ERROR, "too-many-cells", message)
        if value["memory_bits"] > self.options.max_memory_bits:
            allowed = f"{self.options.max_memory_bits} are allowed (--set check.synth.max_memory_bits=…)"
            message = f"{value['memory_bits']} memory bits; {allowed}"
            yield Finding(Severity.ERROR, "too-much-memory", message)
        for name in value["unknown"]:
            message = f"the module '{name[:80]}' is not in the text, so that it is a black box"
            yield Finding(Severity.NOTE, "unknown-module", message)
        # yosys builds no box for a missing interface, and does not name it
        boxes = [f"'{name[:80]}'" for name in value["unknown"]]
        yield from (one for one in missing if not any(box in one.message for box in boxes))


@dataclass(frozen=True, slots=True)
class _Known:
    """What slang says of a text, as far as synthesis needs it, and the text as it is built."""

    text: str
    """Without black boxes; in a sound one without system tasks that have no effect on hardware."""
    standard: str
    top: str | None
    sound: bool = False
    """Nothing is wrong with it."""
    missing: tuple[Finding, ...] = ()
    elsewhere: bool = False
    """What is missing is more than modules, which can be black boxes."""
    memories: bool = True
    """Its memories stay memories; else they are registers, of which large ones are made that loops clear."""


async def _known(text: str, context: Context, box: Box) -> _Known:
    opened = without(text, context.blackboxes)
    result = await reading.read(box, text, context)
    if result.value is None:
        return _Known(opened, context.standard, context.top)
    value = result.value
    found = reading.findings([*value["parse"], *(value["design"] or [])])
    if value["parts"]:
        found += reading.without_module(value)
    missing = reading.incomplete(found, context, value["unset"]) or ()
    sound = bool(missing) or not reading.has_error(found)
    codes = {finding.code for finding in found if finding.severity is Severity.ERROR}
    return _Known(
        text=muted(opened) if sound else opened,
        standard=value["standard"],
        top=context.top or (value["tops"][0] if len(value["tops"]) == 1 else None),
        sound=sound,
        missing=tuple(finding for finding in missing if finding.severity is Severity.NOTE),
        memories=value["cleared"] <= _MOST_CLEARED,
        elsewhere=bool(missing) and (bool(value["unset"]) or not codes <= _MODULES),
    )


_MOST_CLEARED = 2048
"""Words: a memory that a loop writes takes the square of their number to build."""
_MODULES = frozenset({"UnknownModule", "UnknownPrimitive"})


_RESOLVED = ("the gate", "the net type")
"""Where these are, several drivers are meant, and a simulator knows who wins."""


async def _beyond(known: _Known, box: Box) -> list[Json]:
    """What of the language the text uses that a synthesiser may not know: name, line, whether hardware
    can do it."""
    arguments = {"text": known.text, "standard": known.standard, "top": known.top}
    result = await box.shared(CONSTRUCTS_TOOL, arguments, cpu_s=reading.CPU_S)
    return list(result.value or [])


def _cannot_build(names: list[Json]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            Severity.WARNING,
            "beyond-synthesis",
            f"yosys cannot build {name}; a simulator can run it, and --blackbox leaves a module out",
            line,
        )
        for name, line, _ in names
    )


def _ways(known: _Known) -> Iterator[tuple[str, bool]]:
    """The front ends in the order in which they are tried, and whether with initial blocks: what stands
    in one that no front end takes is not needed to build the rest. slang's takes no text that lacks
    modules."""
    if known.missing:
        yield "verilog", True
        return
    yield from (("slang", True), ("verilog", True))
    if _INITIAL.search(known.text):
        yield "slang", False


def _in_conflict(value: Json) -> bool:
    return any(kind == "drivers" for kind, *_ in value["problems"])


def _switched(value: Json) -> bool:
    """Whether there are switches, which the front ends take for modules that are not there."""
    return not _SWITCHES.isdisjoint(value["unknown"])


_SWITCHES = frozenset("cmos nmos pmos rcmos rnmos rpmos rtran rtranif0 rtranif1 tran tranif0 tranif1".split())
_PROBLEMS = {
    "drivers": lambda what: f"{_named(what)} is driven from more than one place: drive it from one",
    "loop": lambda what: f"combinational loop{f' through {what}' if what else ''}: break it with a register",
    "undriven": lambda what: f"{_named(what)} is used and nothing drives it: drive it, or make it an input",
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
