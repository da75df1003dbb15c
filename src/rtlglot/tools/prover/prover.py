"""From this side of the Box: designs read, compared and played, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rtlglot.records import Json
from rtlglot.sandbox import NOTHING, Box, Ended, Permit
from rtlglot.tools.prover.answers import Answers, Found, Graphs, Played, Reading, Step, Unread, no_run, onto
from rtlglot.tools.simulator.simulation import Simulator, patience_s
from rtlglot.tools.yosys.arithmetic import GATES, TURNED
from rtlglot.tools.yosys.miter import ZERO, Frame, X, clocking_of
from rtlglot.tools.yosys.reader import is_plain
from rtlglot.verilog.system_tasks import muted

LONG_TRACE = 3
"""A difference found at random after more steps than this is worth a search for a shorter way to it."""
SMALL_MEMORY = 256
"""Bits of memories that are taken apart into registers before anything else is tried."""
TOOLS = "rtlglot.tools.prover.inside"
PLAY = "rtlglot.tools.prover.play:play"
CONSTRUCTS = "rtlglot.tools.slang.beyond:beyond"

_PROGRAMS = 4
"""Programs of one simulation at most, each with a limit of its own: Verilator's translator, its compiler
twice, the simulation."""
_BUILDING = 3
"""Limits that go into the making of a graph, before any solver."""
_SIDES = ("reference", "candidate")
_PRODUCT = "cell $mul "
_ALL_BUT_OTHERS = 2 / 3
"""What of the CPU seconds is left for a proof about products as rows beside those that make something else
of them; each of these seeks no difference and so uses half of as many."""
_UNNAMED = (
    "Assert ",
    "Feature unimplemented",
    "Internal frontend error",
    "unsupported language feature",
    "unsupported system task",
    "user-defined primitives unsupported",
)
"""How a front end begins that does not name what it does not know, or not by the name that it has."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one proof may cost; see the check's options."""

    cpu_s: float
    frames: int
    conflicts: int
    memory_bits: int
    shortest: bool = True
    """Look for the shortest steps that show a difference."""


class Prover:
    """The tools, with limits and the programs that they need."""

    def __init__(
        self, box: Box, limits: Limits, abc: str, first: Simulator | None, second: Simulator | None = None
    ) -> None:
        self._box, self._limits, self._abc = box, limits, abc
        self._first, self._second = first, second

    @property
    def simulator(self) -> str | None:
        """The simulator's name and version; None where there is none."""
        return self._first.version if self._first else None

    @property
    def shortest(self) -> bool:
        """Whether a difference is to be shown in as few steps as can be."""
        return self._limits.shortest

    @property
    def second(self) -> Prover | None:
        """The same with the second simulator in the place of the first; None where none is wanted."""
        if self._second is None:
            return None
        return Prover(self._box, self._limits, self._abc, self._second)

    async def read(
        self,
        text: str,
        standard: str,
        front_end: str | None,
        beside: Reading | None = None,
        top: str | None = None,
    ) -> Reading | Unread:
        """A design by one front end (None: no netlist is wanted), its top chosen beside the reference's."""
        arguments: dict[str, Json] = {
            "text": text,
            "standard": standard,
            "front_end": front_end,
            "memory_bits": self._limits.memory_bits,
            "top": top,
            "wanted": asdict(beside.top) if beside else None,
        }
        ran = await self._run(f"{TOOLS}:read", arguments, NOTHING)
        if isinstance(ran, Unread):
            return await self._named(ran, text, standard, top) if ran.what.startswith(_UNNAMED) else ran
        if "unread" in ran:
            told = ran["unread"]
            return Unread(**{**told, "findings": tuple(told["findings"])})
        return Reading.from_json(ran["reading"])

    async def _named(self, refused: Unread, text: str, standard: str, top: str | None) -> Unread:
        """With what of the language a front end stumbled over, where it does not say it itself."""
        arguments: dict[str, Json] = {"text": muted(text), "standard": standard, "top": top}
        ran = await self._box.run(CONSTRUCTS, arguments, cpu_s=self._limits.cpu_s)
        names = ", ".join(f"{name} (line {line})" for name, line, _ in ran.value or ())
        return replace(refused, what=f"yosys cannot build {names or 'some construct of it'}")

    def unproved(self, reference: Reading, candidate: Reading, semantics: str) -> Found:
        """What is known of a comparison before it is made."""
        gold, gate = reference.netlist, candidate.netlist
        assert gold is not None
        assert gate is not None
        return Found(
            "open",
            semantics=X if semantics != ZERO else semantics,
            start=semantics,
            clocking=clocking_of(gold, gate),
            top=candidate.top.name,
            front_end=gate.front_end,
            blackboxes=(*candidate.unknown, *(f"{name} (filled from a file)" for name in gate.files)),
        )

    async def prove(self, reference: Reading, candidate: Reading, semantics: str) -> Found:
        """Compare two designs that were read, with the solvers where they are needed."""
        gold, gate = reference.netlist, candidate.netlist
        assert gold is not None
        assert gate is not None
        base, pair = self.unproved(reference, candidate, semantics), _pair(reference, candidate, semantics)
        if gold.digest and gold.digest == gate.digest:
            return base.but(status="equivalent", engine="the same netlist")
        beyond = gate.beyond or (gold.beyond and f"the reference: {gold.beyond}")
        shared = gate.shared or (gold.shared and f"the reference: {gold.shared}")
        if gold.buses != gate.buses:
            return base.but(status="unsupported", what=beyond or shared)
        large = max(gold.memory_bits, gate.memory_bits) > SMALL_MEMORY
        cuts = gold.cut and gate.cut and (beyond or shared or large)
        if cuts and (found := await self._by_parts("compare_cut", pair, base)).proved:
            return found.but(cut=gold.cut)
        if shared and not beyond and (found := await self._by_parts("compare_apart", pair, base)).proved:
            return found
        if beyond or shared:
            return base.but(status="unsupported", what=shared or beyond)
        return await self._by_gates(pair, base, reference)

    async def _by_parts(self, tool: str, pair: Mapping[str, Any], base: Found) -> Found:
        """The proof without memories and black boxes, or with shared bits as logic, where there is one."""
        ran = await self._run(f"{TOOLS}:{tool}", pair, NOTHING, parts=_BUILDING)
        found = base.but(status=ran.status) if isinstance(ran, Unread) else onto(base, ran)
        if found.status != "open":
            return found
        asked = await self._sought(found, self._effort())
        return base.but(status=asked.status) if isinstance(asked, Unread) else onto(found, asked)

    async def _sought(self, found: Found, effort: Mapping[str, Json]) -> Mapping[str, Any] | Unread:
        """A proof of what a comparison left open, by the engines that find no differences."""
        arguments: dict[str, Json] = {"aiger": found.aiger, "abc": self._abc, "effort": dict(effort)}
        return await self._run(f"{TOOLS}:seek_proof", arguments, Permit(execute=(self._abc,)), parts=2)

    async def _by_gates(self, pair: Mapping[str, Any], base: Found, reference: Reading) -> Found:
        """The proof about all that both designs are."""
        ran = await self._run(f"{TOOLS}:compare", pair, NOTHING, parts=_BUILDING)
        told = {"status": ran.status, "what": ran.what} if isinstance(ran, Unread) else ran
        found = onto(base, told)
        if found.status == "open":
            multiply = [_PRODUCT in pair[side]["netlist"]["rtlil"] for side in _SIDES]
            share = _ALL_BUT_OTHERS if any(multiply) else 1.0
            asked = await self._conclude(reference, found, {"effort": self._effort(share)})
            found = found.but(status=asked.status) if isinstance(asked, Unread) else onto(found, asked)
            others = ([GATES] if multiply == [True, False] else []) + ([TURNED] if any(multiply) else [])
            for products in others if found.status in ("timeout", "bounded") else ():
                if (other := await self._by_products({**pair, "products": products}, base)).proved:
                    return other
            return found
        if self.shortest and len(found.stimulus) > LONG_TRACE:
            asked = await self._conclude(reference, found, {"stimulus": found.stimulus})
            if isinstance(asked, Mapping) and asked.get("trace"):
                found = onto(found, asked)
        return found

    async def _by_products(self, pair: Mapping[str, Any], base: Found) -> Found:
        """The proof with products made otherwise: b * a is a * b, and may be gates on one side."""
        ran = await self._run(f"{TOOLS}:compare", pair, NOTHING, parts=_BUILDING)
        found = base.but(status=ran.status) if isinstance(ran, Unread) else onto(base, ran)
        if found.status != "open":
            return found
        asked = await self._sought(found, self._effort(_ALL_BUT_OTHERS))
        return found if isinstance(asked, Unread) else onto(found, asked)

    async def vacuous(self, reference: Reading, start: str = X) -> tuple[tuple[str, ...], Graphs]:
        """Names in its miter of the outputs that a reference never defines from a start; and that miter."""
        assert reference.netlist is not None
        if reference.netlist.beyond and not reference.netlist.cut:
            return (), {}
        pair = _pair(reference, reference, start)
        arguments = {**pair, "effort": self._effort(), "abc": self._abc}
        ran = await self._run(f"{TOOLS}:vacuous", arguments, Permit(execute=(self._abc,)), parts=_BUILDING)
        names, aiger = ((), "") if isinstance(ran, Unread) else (tuple(ran["names"]), ran["aiger"])
        return names, {(reference.netlist.front_end, Frame(**pair["clocking"])): aiger}

    async def play(
        self,
        design: Reading,
        steps: Sequence[Step],
        clocking: Frame,
        clocks: Sequence[str],
        *,
        beside: Played | None = None,
        longer: float = 1.0,
    ) -> Played:
        """What a simulator shows of a design along these steps; `clocks` change before other inputs.
        `beside` one that was shown it may take a multiple of that time, and of how much `longer` it is: what
        loops is not waited for."""
        limit_s = self._limits.cpu_s
        if self._first is None:
            return Played(why="no simulator is installed")
        if any(port.direction not in ("input", "output", "inout") for port in design.top.ports):
            return Played(why="it has ports that are no nets")
        if not is_plain(design.top.name) or not all(port.name.isidentifier() for port in design.top.ports):
            return Played(why="it has a name with special characters")
        arguments: dict[str, Json] = {
            "programs": self._first.to_json(),
            "text": design.text,
            "plain": design.plain,
            "stubs": design.netlist.stubs if design.netlist else "",
            "version": design.version,
            "top": design.top.name,
            "ports": [asdict(port) for port in design.top.ports],
            "clock": clocking.clock,
            "rising": clocking.rising,
            "clocks": list(clocks),
            "steps": [asdict(step) for step in steps],
            "cpu_s": patience_s(beside.cpu_s, limit_s, longer) if beside and not beside.why else limit_s,
        }
        ran = await self._run(PLAY, arguments, self._first.permit(), parts=_PROGRAMS)
        if isinstance(ran, Unread):
            return Played(why=ran.what or "out of time")
        return Played(tuple(ran["samples"]), tuple(ran["after"]), ran["cpu_s"], ran["why"])

    async def expected(
        self, reference: Reading, found: Found, steps: Sequence[Step], aiger: str = ""
    ) -> Answers | None:
        """What the reference's netlist answers along these steps, before and after each step's edge, with
        x where it leaves a bit open; None where that cannot be told. `aiger` is its miter, where known."""
        netlist = reference.netlist
        if netlist is None or (netlist.beyond and not netlist.cut):
            return None
        assert found.clocking is not None
        pair, told = _pair(reference, reference, X), [asdict(step) for step in steps]
        arguments = {**pair, "clocking": asdict(found.clocking), "steps": told, "aiger": aiger}
        ran = await self._run(f"{TOOLS}:expected", arguments, NOTHING, parts=_BUILDING)
        return None if isinstance(ran, Unread) else ran

    async def _conclude(
        self, reference: Reading, found: Found, extra: Mapping[str, Json]
    ) -> Mapping[str, Any] | Unread:
        assert found.clocking is not None
        arguments: dict[str, Json] = {
            "aiger": found.aiger,
            "registers": found.registers,
            "ports": [asdict(port) for port in reference.top.ports],
            "clocking": asdict(found.clocking),
            "abc": self._abc,
            "effort": self._effort(),
            **extra,
        }
        # the solvers have limits of their own; before them the graph is looked at, after them what is open
        return await self._run(f"{TOOLS}:conclude", arguments, Permit(execute=(self._abc,)), parts=3)

    def _effort(self, share: float = 1.0) -> dict[str, Json]:
        """How far the solvers go, with a share of the CPU seconds."""
        limits = self._limits
        return {"frames": limits.frames, "conflicts": limits.conflicts, "cpu_s": share * limits.cpu_s}

    async def _run(
        self, tool: str, arguments: Mapping[str, Json], permit: Permit, *, parts: int = 1
    ) -> Any | Unread:
        """What a tool answered that may use the limit of CPU seconds so many times, or why it did not."""
        ran = await self._box.run(tool, arguments, cpu_s=parts * self._limits.cpu_s, permit=permit)
        return ran.value if ran.ended is Ended.OK else no_run(ran)


def _pair(reference: Reading, candidate: Reading, semantics: str) -> dict[str, Any]:
    """Two readings as the tools take them."""
    assert reference.netlist is not None
    assert candidate.netlist is not None
    return {
        "reference": reference.to_json(),
        "candidate": candidate.to_json(),
        "clocking": asdict(clocking_of(reference.netlist, candidate.netlist)),
        "semantics": semantics,
    }
