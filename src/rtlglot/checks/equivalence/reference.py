"""A reference, read once and proved against itself once.

The proof of the reference against itself shows under which semantics `equivalent` can be expected at
all: three-valued reasoning is not reflexive (a register that starts as x in the reference starts as
anything in its copy, which may be a state that the design never leaves), and some designs are too
hard for it. There is no shortcut for equal texts: what is not proved for the reference itself is
reported, not assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.prover.prover import Found, Prover
from rtlglot.tools.yosys.miter import ZERO, X, short_names
from rtlglot.tools.yosys.netlist import FRONT_ENDS
from rtlglot.verilog.interface import Port


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known of a reference."""

    status: str
    """'usable', or what a verdict about any candidate must be: 'unsupported', 'timeout', 'error'."""
    what: str = ""
    """Why it is not usable."""
    read: Found = field(default_factory=dict)
    """Netlist, interface and plain text."""
    semantics: str = X
    self_proofs: Mapping[str, str] = field(default_factory=dict)
    """Semantics to the status of the proof against itself."""
    vacuous: tuple[str, ...] = ()
    """Outputs, or bits of outputs, that never become defined."""

    @property
    def reflexive(self) -> bool:
        """Whether it was proved equal to itself."""
        return "equivalent" in self.self_proofs.values()

    def to_json(self) -> dict[str, Json]:
        """All of it, to be stored and handed to `Equivalence.remember`."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Reference:
        """Back from `to_json`."""
        return cls(**{**value, "vacuous": tuple(value["vacuous"])})

    def facts(self) -> dict[str, Json]:
        """What a verdict says about it."""
        told: dict[str, Json] = {"semantics": self.semantics, "self_proofs": dict(self.self_proofs)}
        if self.read:
            told |= {"top": self.read["top"]["name"], "front_end": self.read["netlist"]["front_end"]}
        return told


async def prepare(prover: Callable[[], Prover], text: str) -> Reference:
    """Read a reference and prove it against itself; each of the proofs has a prover's time.

    Where outputs stay undefined and the other front end of yosys reads the text so that fewer do, that
    one is believed: a register that is lost in the reading looks like one that is never written.
    """
    first = await _prepare(prover, text, FRONT_ENDS)
    if first.status != "usable" or not first.vacuous:
        return first
    others = [name for name in FRONT_ENDS if name != first.read["netlist"]["front_end"]]
    second = await _prepare(prover, text, others)
    better = second.status == "usable" and len(second.vacuous) < len(first.vacuous)
    return second if better else first


async def _prepare(prover: Callable[[], Prover], text: str, front_ends: Sequence[str]) -> Reference:
    read = await prover().read(text, front_ends=front_ends)
    if read["status"] != "read":
        return Reference(read["status"], read.get("what", ""))
    proofs: dict[str, str] = {}
    for semantics in (X, ZERO):
        found = await prover().prove(
            read, text, "sv2017", semantics, want_undefined=True, front_ends=front_ends
        )
        proofs[semantics] = found["status"]
        if found["status"] == "equivalent":
            break
    if found["status"] in ("unsupported", "error"):
        return Reference(found["status"], found.get("what", ""), read, semantics, proofs)
    ports = [Port(**port) for port in read["top"]["ports"]]
    vacuous = _in_port_names(found.get("undefined", ()), ports)
    return Reference("usable", "", read, semantics, proofs, vacuous)


def _in_port_names(names: list[str], ports: list[Port]) -> tuple[str, ...]:
    """`gold_o0_d[3]` as the reference calls it; a port's name where it is all of its bits."""
    told = []
    short = short_names(tuple(ports))
    for port in ports:
        prefix = f"gold_{short[port.name]}_d"
        bits = [name.removeprefix(prefix) for name in names if name.partition("[")[0] == prefix]
        whole = len(bits) == (port.width or 1)
        told += [port.name] if whole else [port.name + bit for bit in sorted(bits)]
    return tuple(told)
