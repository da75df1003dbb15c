"""Which registers of a candidate are one with a register of its reference, and which are still open.

A point is a bit of a register. It is told from the outputs `word_SIDE_PLACE_d[i]` and `_x[i]` of a miter
after equal latches have been made one: two points are the same where both their values and their x masks
are the same node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rtlglot.tools.abc.aig import Aig
from rtlglot.tools.abc.difference import WORD
from rtlglot.tools.abc.registers import cone, register_outputs


@dataclass(frozen=True, slots=True)
class Register:
    """One register of a side, as its text has it."""

    side: str
    """'gold' or 'gate'."""
    name: str
    """'' where it has none, or is one of several signals."""
    low: int
    """Which bit of the signal its lowest is."""


@dataclass(frozen=True, slots=True)
class _Point:
    place: int
    at: int
    literals: tuple[int, int]
    """Of its value and of its x mask."""


def matched_points(aig: Aig, registers: Sequence[Register]) -> dict[str, int]:
    """How many points the candidate has (`registers`), and how many of them are one with the reference's
    point of the same name (`by_name`), with another one (`by_structure`), or with none (`left`)."""
    of_reference: dict[tuple[int, int], set[tuple[str, int]]] = {}
    candidate = []
    for point in _points(aig, registers):
        register = registers[point.place]
        if register.side == "gold":
            of_reference.setdefault(point.literals, set()).add((register.name, register.low + point.at))
        else:
            candidate.append(point)
    counts = {"registers": len(candidate), "by_name": 0, "by_structure": 0, "left": 0}
    for point in candidate:
        register, same = registers[point.place], of_reference.get(point.literals)
        named = same and register.name and (register.name, register.low + point.at) in same
        counts["by_name" if named else "by_structure" if same else "left"] += 1
    return counts


def open_registers(aig: Aig, registers: Sequence[Register], outputs: Iterable[str]) -> dict[str, list[str]]:
    """Names of the registers that these outputs of a graph depend on, in whatever many steps, by side."""
    latches = _behind(aig, outputs)
    names: dict[str, list[str]] = {"reference": [], "candidate": []}
    for point in _points(aig, registers):
        register = registers[point.place]
        side = names["reference" if register.side == "gold" else "candidate"]
        if register.name and register.name not in side and not latches.isdisjoint(cone(aig, point.literals)):
            side.append(register.name)
    return names


def _points(aig: Aig, registers: Sequence[Register]) -> Iterator[_Point]:
    for (place, _, kind), bits in register_outputs(aig).items():
        if kind == WORD and place < len(registers):
            for name, at in bits:
                if name == "d":
                    yield _Point(place, at, (bits["d", at], bits["x", at]))


def _behind(aig: Aig, outputs: Iterable[str]) -> set[int]:
    """Variables of the latches."""
    found: set[int] = set()
    todo = [aig.outputs[name] for name in outputs]
    while todo:
        fresh = [v for v in cone(aig, todo) if aig.first_latch <= v < aig.first_and and v not in found]
        found.update(fresh)
        todo = [aig.nexts[variable - aig.first_latch] for variable in fresh]
    return found
