"""Random pairs of small machines of 0, 1 and x, and whether they ever differ, by visiting all their states.

The candidate is the reference with registers that are stored turned round, that hold anything while they are
x, that are defined more often or less, and sometimes with a rare mistake behind a counter that a simulation
hardly fills.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from rtlglot.tools.abc.aig import Aig, AigSimulation, Builder, reduced
from rtlglot.tools.abc.difference import Question

Bit = tuple[int, int]
"""Literals: its value, which is 0 where it is x, and where it is known."""
Tree = tuple[str, Sequence["Tree"], int, bool]
"""'and', 'xor' or 'mux' of others, or the leaf of a number; negated, or careful (see `Logic`)."""
MOST_STATES = 60_000


class Logic(Builder):
    """Circuits of 0, 1 and x. A careful one answers also where what is x does not matter."""

    def choice(self, which: int, one: int, other: int) -> int:
        """A multiplexer of 0 and 1."""
        return self.either((self.conjunction(which, one), self.conjunction(which ^ 1, other)))

    def bit(self, value: int, known: int) -> Bit:
        """A bit."""
        return self.conjunction(value, known), known

    def both(self, one: Bit, other: Bit, *, careful: bool) -> Bit:
        """And."""
        known = self.conjunction(one[1], other[1])
        if careful:
            zeros = (self.conjunction(known_, value ^ 1) for value, known_ in (one, other))
            known = self.either((known, *zeros))
        return self.bit(self.conjunction(one[0], other[0]), known)

    def mux(self, which: Bit, one: Bit, other: Bit, *, careful: bool) -> Bit:
        """A multiplexer."""
        known = self.conjunction(which[1], self.choice(which[0], one[1], other[1]))
        value = self.choice(which[0], one[0], other[0])
        if careful:
            same = self.conjunction(self.conjunction(one[1], other[1]), self.unequal(one[0], other[0]) ^ 1)
            value, known = self.choice(same, one[0], value), self.either((known, same))
        return self.bit(value, known)


@dataclass(slots=True)
class Pair:
    """A reference and a candidate in one graph, as a miter has them."""

    seed: int
    inputs: int = field(init=False)
    registers: int = field(init=False)
    counter: int = field(init=False)
    aig: Aig = field(init=False)
    _draw: random.Random = field(init=False)
    _logic: Logic = field(init=False)
    _more: float = field(init=False)
    _less: float = field(init=False)

    def __post_init__(self) -> None:
        self._draw = draw = random.Random(self.seed)
        self.inputs, self.registers = draw.randint(2, 3), draw.randint(2, 4)
        self.counter = draw.choice((0, 3, 5, 6))
        self._more, self._less = draw.choice((0, 0.3, 0.7)), draw.choice((0, 0, 0, 0.1))
        self.aig = self._made()

    def _latch(self, number: int) -> int:
        return 2 * (1 + self.inputs + number)

    def _made(self) -> Aig:
        draw, registers = self._draw, self.registers
        names = tuple(f"i{number}" for number in range(self.inputs))
        count = 4 * registers + 2 * self.counter
        logic = self._logic = Logic(Aig(names, (0,) * count, (), {}))
        turned = [draw.random() < 0.25 for _ in range(registers)]
        loose = [draw.random() < 0.5 for _ in range(registers)]
        gold = [(self._latch(2 * n), self._latch(2 * n + 1)) for n in range(registers)]
        gate = []
        for number in range(registers):
            value, known = (self._latch(2 * (registers + number) + at) for at in (0, 1))
            plain = not (loose[number] or turned[number])
            gate.append((value, known) if plain else logic.bit(value ^ turned[number], known))
        sides = [gold, gate]
        counters = [
            [self._latch(4 * registers + side * self.counter + at) for at in range(self.counter)]
            for side in (0, 1)
        ]
        shared: list[Bit] = [(2 * (1 + number), 1) for number in range(self.inputs)]
        leaves = [
            [*own, *shared, *((bit, 1) for bit in bits)] for own, bits in zip(sides, counters, strict=True)
        ]
        nexts = self._nexts(leaves, counters[1], turned, loose) + self._counting(counters)
        outputs = {"differs": self._differs(leaves)} | self._words(sides, counters)
        return Aig(names, tuple(nexts), tuple(logic.ands), outputs)

    def _nexts(
        self, leaves: Sequence[Sequence[Bit]], counter: Sequence[int], turned: list[bool], loose: list[bool]
    ) -> list[int]:
        draw, logic = self._draw, self._logic
        wrong, kind = draw.choice((-1, *range(self.registers))), draw.choice(("value", "x", "known"))
        rare = 1
        for bit in counter:
            rare = logic.conjunction(rare, bit)
        gold: list[int] = []
        gate: list[int] = []
        for number in range(self.registers):
            tree = self._tree(draw.randint(1, 3), len(leaves[0]))
            one, other = self._both_sides(tree, leaves)
            if number % 2 == 0:  # the first input resets it
                value = draw.randrange(2)
                one, other = (
                    (logic.choice(2, value, bit[0]), logic.either((2, bit[1]))) for bit in (one, other)
                )
            if number == wrong:
                other = self._spoilt(other, rare, kind)
            stored = other[0] ^ turned[number]
            if loose[number] and not turned[number]:
                stored = logic.choice(other[1], stored, draw.choice((0, 1, 2, 4)))
            gold += one
            gate += (stored, other[1])
        return gold + gate

    def _reset(self, bit: Bit, value: int) -> Bit:
        return self._logic.choice(2, value, bit[0]), self._logic.either((2, bit[1]))

    def _spoilt(self, bit: Bit, rare: int, kind: str) -> Bit:
        logic = self._logic
        if kind == "value":
            return logic.bit(logic.unequal(bit[0], rare), bit[1])
        if kind == "x":
            return logic.bit(bit[0], logic.conjunction(bit[1], rare ^ 1))
        return bit[0], logic.either((bit[1], rare))

    def _counting(self, counters: Sequence[Sequence[int]]) -> list[int]:
        logic, nexts = self._logic, []
        for counter in counters:
            carry = 1
            for number in range(self.inputs):
                carry = logic.conjunction(carry, 2 * (1 + number))
            for bit in counter:
                nexts.append(logic.unequal(bit, carry))
                carry = logic.conjunction(carry, bit)
        return nexts

    def _differs(self, leaves: Sequence[Sequence[Bit]]) -> int:
        logic, found = self._logic, 0
        for _ in range(self._draw.randint(1, 3)):
            gold, gate = self._both_sides(self._tree(2, len(leaves[0])), leaves)
            wrong = logic.either((logic.unequal(gold[0], gate[0]), gate[1] ^ 1))
            found = logic.either((found, logic.conjunction(gold[1], wrong)))
        return found

    def _words(self, sides: Sequence[Sequence[Bit]], counters: Sequence[Sequence[int]]) -> dict[str, int]:
        """Outputs for one or two bits together, and for the counter."""
        parts, at = [], 0
        while at < self.registers:
            parts.append(range(at, min(at + self._draw.choice((1, 1, 2)), self.registers)))
            at = parts[-1].stop
        words = {}
        for side, bits, counter in zip(("gold", "gate"), sides, counters, strict=True):
            named = [[bits[at] for at in part] for part in parts] + [[(bit, 1) for bit in counter]]
            for number, word in enumerate(named, 50 * (side == "gate")):
                for index, (value, known) in enumerate(word):
                    tail = f"[{index}]" if len(word) > 1 else ""
                    words[f"word_{side}_{number}_d{tail}"] = value
                    words[f"word_{side}_{number}_x{tail}"] = known ^ 1
        return words

    def _tree(self, depth: int, leaves: int) -> Tree:
        draw = self._draw
        if depth == 0 or draw.random() < 0.15:
            return "leaf", (), draw.randrange(leaves), draw.random() < 0.3
        kind = draw.choice(("and", "and", "xor", "mux", "mux"))
        below = [self._tree(depth - 1, leaves) for _ in range(3 if kind == "mux" else 2)]
        return kind, below, 0, draw.random() < 0.5

    def _both_sides(self, tree: Tree, leaves: Sequence[Sequence[Bit]]) -> tuple[Bit, Bit]:
        return self._built(tree, leaves[0], candidate=False), self._built(tree, leaves[1], candidate=True)

    def _built(self, tree: Tree, leaves: Sequence[Bit], *, candidate: bool) -> Bit:
        kind, below, leaf, flag = tree
        logic, draw = self._logic, self._draw
        if kind == "leaf":
            value, known = leaves[leaf]
            return (logic.conjunction(value ^ 1, known), known) if flag else (value, known)
        bits = [self._built(other, leaves, candidate=candidate) for other in below]
        careful = (flag or (candidate and draw.random() < self._more)) and not (
            candidate and draw.random() < self._less
        )
        if kind == "xor":
            return logic.bit(logic.unequal(bits[0][0], bits[1][0]), logic.conjunction(bits[0][1], bits[1][1]))
        if kind == "and":
            return logic.both(bits[0], bits[1], careful=careful)
        return logic.mux(bits[0], bits[1], bits[2], careful=careful)

    @property
    def question(self) -> Question:
        """As a proof takes it."""
        return Question(reduced(self.aig))


def ever_differs(aig: Aig) -> bool | None:
    """Whether the output `differs` is 1 in a state that is reached; None where there are too many."""
    seen, todo = {0}, [0]
    while todo:
        chunk, todo = todo[:2000], todo[2000:]
        simulation = AigSimulation(aig, len(chunk) << len(aig.inputs))
        _set(simulation, aig, chunk)
        if simulation.word(aig.outputs["differs"]):
            return True
        fresh = _states(simulation) - seen
        seen |= fresh
        todo += fresh
        if len(seen) > MOST_STATES:
            return None
    return False


def _set(simulation: AigSimulation, aig: Aig, chunk: Sequence[int]) -> None:
    """One frame from each of these states with each of the inputs."""
    count, ways = len(chunk), 1 << len(aig.inputs)
    every = sum(1 << count * way for way in range(ways))
    simulation.state = [
        every * sum(1 << at for at, state in enumerate(chunk) if state >> latch & 1)
        for latch in range(len(aig.nexts))
    ]
    block = (1 << count) - 1
    simulation.frame(
        [
            sum(block << count * way for way in range(ways) if way >> number & 1)
            for number in range(len(aig.inputs))
        ]
    )


def _states(simulation: AigSimulation) -> set[int]:
    """Those that come next."""
    digits = [f"{word | simulation.all_ones + 1:b}"[1:] for word in reversed(simulation.state)]
    return {int("".join(bits), 2) for bits in set(zip(*digits, strict=True))}
