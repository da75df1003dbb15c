"""A miter whose memories and black boxes are cut out (`yosys.cuts`), joined again by what they promise.

Both sides hold the same memory at the start, and it stays the same as long as both write the same: that
they do is one more thing to prove. A read of the candidate hears what a read of the reference hears from
the same address; at any other address it hears anything. A black box hears and does the same on both
sides as long as both tell it the same. "The same" is meant as for outputs: where the reference's bit is
x, the candidate's may be anything.

Why that is enough: take a run of the reference with its memories. Up to the first step in which something
told is wrong the candidate's memories hold what the reference's hold, so the bits heard in that run are
among those that the proof tried, and it has found that nothing told goes wrong in that step either.
Inside a step no bit heard may decide the address at which it is read: there is no join then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rtlglot.tools.abc.aig import Aig, Builder

_MOST_COMPARED = 1 << 16
"""Pairs of reads of one memory, times their address bits."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Where the bits of one memory are among those told and heard."""

    reads: tuple[tuple[Sequence[int], Sequence[int]], ...]
    """Address and data of each read."""
    writes: tuple[tuple[Sequence[int], Sequence[int], Sequence[int]], ...]
    """Enable, address and data of each write."""
    sources: int
    """How many of the reads, the first ones, the reference has."""
    words: range
    """Its addresses."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut out of both sides."""

    prefix: str
    """Of the names of the bits."""
    heard: int
    told: int
    memories: tuple[Memory, ...]

    def heard_at(self, kind: str, bit: int) -> str:
        """The input of the miter for a bit heard: its value or mask on one side ('v', 'm', 'w', 'n')."""
        return _bit(f"in_{self.prefix}{kind}", bit, self.heard)

    def told_at(self, side: str, kind: str, bit: int) -> str:
        """The output of the miter for a bit told: its value or mask ('d', 'x')."""
        return _bit(f"{side}_{self.prefix}t_{kind}", bit, self.told)

    def compared(self) -> int:
        """The work of comparing the addresses of all reads."""
        return sum(len(m.reads) ** 2 * len(m.reads[0][0]) for m in self.memories if m.reads)


def joined(miter: Aig, cut: Cut) -> Aig | None:
    """The miter with what the candidate hears tied to what the reference hears; None where a bit heard
    would decide itself, or where there is too much to compare."""
    if cut.compared() > _MOST_COMPARED:
        return None
    join = _Join(miter, cut)
    return join.made() if join.walk() else None


@dataclass(slots=True)
class _Join:
    """The graph, made again from its inputs onwards."""

    miter: Aig
    cut: Cut
    builder: Builder = field(init=False)
    moved: dict[int, int] = field(init=False)
    """Where each variable has gone."""
    places: dict[str, int] = field(init=False)
    """Variables of the inputs."""
    ties: dict[int, tuple[int, str]] = field(init=False)
    """Variables that the candidate hears: which bit, and whether its value or its mask."""
    reads: dict[int, tuple[Memory, int, int]] = field(init=False)
    """Bits heard from memories: memory, number of the read, number in its word."""

    def __post_init__(self) -> None:
        miter = self.miter
        self.builder = Builder(Aig(miter.inputs, (0,) * len(miter.nexts), (), {}))
        self.places = {name: number for number, name in enumerate(miter.inputs, 1)}
        heard = {self.cut.heard_at(kind, bit): (bit, kind) for bit in range(self.cut.heard) for kind in "wn"}
        self.ties = {self.places[name]: what for name, what in heard.items() if name in self.places}
        self.moved = {v: 2 * v for v in range(miter.first_and) if v not in self.ties}
        self.reads = {
            bit: (memory, number, at)
            for memory in self.cut.memories
            for number, (_, data) in enumerate(memory.reads)
            for at, bit in enumerate(data)
        }

    def _told(self, side: str, kind: str, bit: int) -> int:
        return self.miter.outputs[self.cut.told_at(side, kind, bit)]

    def walk(self) -> bool:
        """Move every variable that is needed; False where one needs itself."""
        miter = self.miter
        roots = [literal >> 1 for literal in (*miter.nexts, *miter.outputs.values())]
        begun: set[int] = set()
        stack = roots
        while stack:
            variable = stack[-1]
            if variable in self.moved:
                stack.pop()
                continue
            missing = [one for one in self._needs(variable) if one not in self.moved]
            if not missing:
                self.moved[variable] = self._remade(variable)
            elif variable in begun:
                return False
            begun.add(variable)
            stack += missing
        return True

    def _needs(self, variable: int) -> list[int]:
        if variable >= self.miter.first_and:
            return [literal >> 1 for literal in self.miter.ands[variable - self.miter.first_and]]
        bit, _ = self.ties[variable]
        if bit not in self.reads:
            return []
        memory, number, _ = self.reads[bit]
        gold = [at for address, _ in memory.reads[: memory.sources] for at in address]
        sides = (("gold", gold), ("gate", memory.reads[number][0]))
        return [self._told(side, kind, at) >> 1 for side, bits in sides for at in bits for kind in "dx"]

    def _remade(self, variable: int) -> int:
        build = self.builder
        if variable >= self.miter.first_and:
            left, right = self.miter.ands[variable - self.miter.first_and]
            return build.conjunction(self._there(left), self._there(right))
        bit, kind = self.ties[variable]
        result = 2 * variable
        for same, source in self._sources(bit):
            value, mask = (self._heard(name, source) for name in "vm")
            if kind == "n":
                result = build.conjunction(result, build.conjunction(same, mask ^ 1) ^ 1)
            else:
                known = build.conjunction(same, mask ^ 1)
                taken, kept = build.conjunction(known, value), build.conjunction(known ^ 1, result)
                result = build.either((taken, kept))
        return result

    def _sources(self, bit: int) -> list[tuple[int, int]]:
        """What the reference hears that this bit may have to equal: under which condition, which bit."""
        if bit not in self.reads:
            return [(1, bit)]
        memory, number, at = self.reads[bit]
        address = memory.reads[number][0]
        return [(self._same(gold, address), data[at]) for gold, data in memory.reads[: memory.sources]]

    def _same(self, gold: Sequence[int], gate: Sequence[int]) -> int:
        """Whether the candidate's address is the reference's, where that has no x."""
        build, result = self.builder, 1
        for one, other in zip(gold, gate, strict=True):
            value, unknown = (self._there(self._told("gold", kind, one)) for kind in "dx")
            got, lost = (self._there(self._told("gate", kind, other)) for kind in "dx")
            agrees = build.conjunction(build.unequal(value, got) ^ 1, lost ^ 1)
            result = build.conjunction(result, build.either((unknown, agrees)))
        return result

    def _heard(self, kind: str, bit: int) -> int:
        # an input that is not there is one on which nothing depends
        return 2 * self.places.get(self.cut.heard_at(kind, bit), 0)

    def _there(self, literal: int) -> int:
        return self.moved[literal >> 1] ^ literal & 1

    def made(self) -> Aig:
        """The graph, whose outputs are the ports and what must be told alike."""
        miter = self.miter
        outputs = {name: self._there(literal) for name, literal in miter.outputs.items()}
        for memory in self.cut.memories:
            for address, _ in memory.reads:
                self._leave(outputs, dict.fromkeys(address, 1))
            for enable, address, data in memory.writes:
                off = [
                    self.builder.either(self._there(self._told("gold", kind, bit)) for kind in "dx") ^ 1
                    for bit in enable
                ]
                none = 1
                for one in off:
                    none = self.builder.conjunction(none, one)
                # what is not written does not matter
                self._leave(outputs, dict.fromkeys(address, none) | dict(zip(data, off, strict=True)))
        nexts = tuple(self._there(literal) for literal in miter.nexts)
        return Aig(miter.inputs, nexts, tuple(self.builder.ands), outputs)

    def _leave(self, outputs: dict[str, int], free: dict[int, int]) -> None:
        """Let the candidate tell anything in these bits while a condition holds."""
        for bit, condition in free.items():
            name = self.cut.told_at("gold", "x", bit)
            outputs[name] = self.builder.either((outputs[name], condition))


def _bit(name: str, bit: int, width: int) -> str:
    return f"{name}[{bit}]" if width > 1 else name
