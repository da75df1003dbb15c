"""From this side of the Box: one reference and one text through the tools, and what came of it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rtlglot.records import Json
from rtlglot.sandbox import Box, BoxResult, Ended, Permit
from rtlglot.tools.abc.solve import techmap_file
from rtlglot.tools.simulator.icarus import Icarus
from rtlglot.tools.yosys.miter import clocking_of
from rtlglot.tools.yosys.netlist import FRONT_ENDS, Netlist

LONG_TRACE = 3
"""A difference found at random after more steps than this is worth a search for a shorter way to it."""
TOOLS = "rtlglot.tools.prover.inside"
REPLAY = "rtlglot.tools.prover.replay:replay"
Found = Mapping[str, Any]
"""What a tool answered; always with a 'status'."""

_ERROR = re.compile(r"^.*?\bERROR:\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one proof may cost; see the check's options."""

    cpu_s: float
    wall_s: float
    frames: int
    conflicts: int
    memory_bits: int


class Prover:
    """The tools, with limits and the programs that they need."""

    def __init__(self, box: Box, limits: Limits, abc: str, icarus: Icarus | None) -> None:
        self._box, self._limits, self._abc, self._icarus = box, limits, abc, icarus
        self._end = time.monotonic() + limits.wall_s

    def _left_s(self) -> float:
        return self._end - time.monotonic()

    async def read(self, text: str, *, front_ends: Sequence[str] = FRONT_ENDS) -> Found:
        """The reference's netlist and interface, or why there is none."""
        wanted = {"text": text, "standard": "sv2017"}
        return await self._by_any_front_end("read_reference", wanted, front_ends)

    async def prove(
        self,
        reference: Found,
        text: str,
        standard: str,
        semantics: str,
        *,
        want_undefined: bool = False,
        front_ends: Sequence[str] = FRONT_ENDS,
    ) -> dict[str, Any]:
        """Compare a text with a reference that was read, with the solvers where they are needed."""
        found = await self._by_any_front_end(
            "compare",
            {
                "reference": {"top": reference["top"], "netlist": reference["netlist"]},
                "text": text,
                "standard": standard,
                "semantics": semantics,
                "want_undefined": want_undefined,
            },
            front_ends,
        )
        found["semantics"] = semantics
        if found.get("undefined"):
            asked = await self._conclude(reference, found, {"undefined": found["undefined"]})
            found["undefined"] = asked.get("undefined", found["undefined"])
        if found["status"] == "open":
            found |= await self._conclude(reference, found, {})
        elif len(found.get("stimulus", ())) > LONG_TRACE:
            shorter = await self._conclude(reference, found, {"stimulus": found["stimulus"]})
            if shorter.get("trace"):
                found |= shorter
        for bulky in ("aiger", "stimulus"):
            found.pop(bulky, None)
        return found

    async def simulate(self, reference: Found, text: str, standard: str) -> Found:
        """A text that is beyond a proof, with random inputs beside the reference: as `replay`."""
        arguments = {"text": text, "standard": standard, "top": reference["top"]}
        ran = await self._box.run(f"{TOOLS}:survey", arguments, deadline_s=max(self._left_s(), 0.2))
        if ran.ended is not Ended.OK or ran.value["status"] != "read":
            return {"confirmed": None, "why": "it cannot be simulated"}
        netlist = Netlist.from_json(reference["netlist"])
        told: dict[str, Any] = {"clocking": asdict(clocking_of(netlist, netlist))}
        told["clocks"] = _clocks(reference)
        return {**await self.replay(reference, {**ran.value, **told}, None), **told, "top": ran.value["top"]}

    async def replay(self, reference: Found, found: Found, steps: Json) -> Found:
        """A trace (or random inputs where `steps` is None) in the simulator, if there is one."""
        if self._icarus is None:
            return {"confirmed": None, "why": "no simulator is installed"}
        if self._left_s() <= 0:
            return {"confirmed": None, "why": "out of time"}
        clocking = found["clocking"]
        edge = ("rising" if clocking["rising"] else "falling") if clocking["clock"] else None
        arguments = {
            "programs": self._icarus.to_json(),
            "reference": _side(reference, reference["top"]["name"], _clocks(reference)),
            "candidate": _side(found, found["top"], found["clocks"]),
            "ports": reference["top"]["ports"],
            "clock": clocking["clock"] or None,
            "edge": edge,
            "steps": steps,
            "wall_s": max(self._left_s() - 0.2, 0.1),
        }
        permit = self._icarus.permit(self._limits.cpu_s)
        ran = await self._box.run(REPLAY, arguments, deadline_s=max(self._left_s(), 0.5), permit=permit)
        if ran.ended is not Ended.OK:
            return {"confirmed": None, "why": ran.detail}
        return {**ran.value, "simulator": self._icarus.version}

    async def _conclude(self, reference: Found, found: Found, extra: Mapping[str, Json]) -> dict[str, Any]:
        limits = self._limits
        arguments = {
            "aiger": found["aiger"],
            "ports": reference["top"]["ports"],
            "clocking": found["clocking"],
            "abc": self._abc,
            "effort": {
                "frames": limits.frames,
                "conflicts": limits.conflicts,
                "cpu_s": limits.cpu_s,
                # it shall have time to say how far it came
                "wall_s": max(self._left_s() * 0.9 - 0.1, 0.1),
            },
        }
        # the solvers have limits of their own; this one is for what surrounds them
        permit = Permit(execute=(self._abc,), cpu_s=round(limits.cpu_s) + 10)
        ran = await self._box.run(
            f"{TOOLS}:conclude", {**arguments, **extra}, deadline_s=max(self._left_s(), 0.2), permit=permit
        )
        return dict(ran.value) if ran.ended is Ended.OK else _no_run(ran)

    async def _by_any_front_end(
        self, tool: str, arguments: Mapping[str, Json], front_ends: Sequence[str]
    ) -> dict[str, Any]:
        """The first front end's answer that does not end its process."""
        troubles: list[dict[str, Any]] = []
        for front_end in front_ends:
            left_s = self._left_s()
            if left_s <= 0:
                return {"status": "timeout"}
            ran = await self._box.run(
                f"{TOOLS}:{tool}",
                {**arguments, "front_end": front_end, "memory_bits": self._limits.memory_bits},
                deadline_s=left_s,
                permit=Permit(read=(techmap_file(),), cpu_s=max(1, round(self._limits.cpu_s))),
            )
            if ran.ended is Ended.OK:
                return dict(ran.value)
            troubles.append(_no_run(ran))
            if ran.ended is not Ended.EXIT:
                break
        return troubles[0]


def _clocks(reference: Found) -> list[str]:
    return sorted({name for name, _ in reference["netlist"]["clocks"]})


def _side(known: Found, top: str, clocks: list[str]) -> dict[str, Json]:
    # what is a clock in one design may be data in the other: each is simulated as it takes it
    return {"plain": known["plain"], "version": known["version"], "top": top, "clocks": clocks}


def _no_run(ran: BoxResult) -> dict[str, Any]:
    if ran.ended is Ended.EXIT:
        said = _ERROR.findall(ran.log)
        return {"status": "unsupported", "what": said[0][:300] if said else "yosys cannot read it"}
    if ran.ended is Ended.MEMORY:
        return {"status": "unsupported", "what": "it needs more memory than a check may have"}
    if ran.ended is Ended.TIMEOUT:
        return {"status": "timeout", "what": ran.detail}
    status = "unavailable" if ran.ended is Ended.UNAVAILABLE else "error"
    return {"status": status, "what": ran.detail}
