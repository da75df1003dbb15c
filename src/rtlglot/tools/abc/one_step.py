"""Proof by one step: what holds at the start, and with every state also of the next, holds for ever.

What is assumed of a state: registers that behave alike in a random simulation are equal (of those that
it never moves, those at the same place of their words), and a word of one side is the sum or the difference
of two words of the other where the simulation shows it so (a FIFO's count, and its two pointers). Both
are put in the place of the registers, and ABC sweeps the logic of one step. What is then not one
and the same node is assumed no more, and all is asked again, until what is assumed is what is proved (van
Eijk's induction). Whatever was assumed wrongly costs the proof and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field

from rtlglot.tools.abc.aig import Aig, Builder, reduced
from rtlglot.tools.abc.assumed import assumed
from rtlglot.tools.abc.match import numbered
from rtlglot.tools.abc.registers import cone

MOST_ROUNDS = 64
_MOST_WORK = 1_000_000
"""Ands times rounds: some two seconds."""

Sweep = Callable[[Aig], Aig | None]
"""A graph without state with equal nodes made one; None where there was no time for it."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """What is proved."""

    graph: Aig
    """Of the output `differs` alone, with what is equal made one, and 0 in its place where it never is 1."""
    equal: int
    """Latches that are the same as another."""
    sums: int
    """Latches that are a bit of a sum or a difference."""


def one_step(aig: Aig, sweep: Sweep) -> Stepped | None:
    """What holds of a graph of the output `differs`, beside those of the words; None where nothing is
    proved."""
    relation = _Relation(*assumed(aig))
    for _ in range(min(MOST_ROUNDS, _MOST_WORK // max(len(aig.ands), 1))):
        step = relation.step()
        swept = sweep(step)
        if swept is None:
            return None
        found = dict(zip(step.outputs, swept.outputs.values(), strict=True))
        if relation.holds(found):
            return relation.merged(proved=found["differs"] == 0)
        relation = relation.weakened(found)
    return None


@dataclass(slots=True)
class _Relation:
    """What is assumed of a state."""

    aig: Aig
    """The graph, with the sums and differences."""
    classes: list[int]
    """A number for each latch; the same for those that are equal."""
    functions: Mapping[int, int]
    """Latches that are a literal, which depends on none of them."""
    _moved: dict[int, int] = field(default_factory=dict)
    _builder: Builder = field(init=False)

    def step(self) -> Aig:
        """What each latch takes on next, what the functions are then, and the question, of one state."""
        aig, first = self.aig, self.aig.first_latch
        count = max(self.classes) + 1
        self._builder = Builder(Aig(aig.inputs, (0,) * count, (), {}))
        moved = self._moved = {variable: 2 * variable for variable in range(first)}
        moved |= {first + latch: 2 * (first + number) for latch, number in enumerate(self.classes)}
        behind = sorted(v for v in cone(aig, self.functions.values()) if v >= aig.first_and)
        self._copy(moved, behind)
        moved |= {first + latch: _at(moved, literal) for latch, literal in self.functions.items()}
        self._copy(moved, range(aig.first_and, aig.first_and + len(aig.ands)))
        nexts = [_at(moved, literal) for literal in aig.nexts]
        later = moved | {first + latch: literal for latch, literal in enumerate(nexts)}
        self._copy(later, behind)
        outputs = {f"next{latch}": literal for latch, literal in enumerate(nexts)}
        outputs |= {f"then{latch}": _at(later, literal) for latch, literal in self.functions.items()}
        outputs["differs"] = _at(moved, aig.outputs["differs"])
        inputs = (*aig.inputs, *(f"state{number}" for number in range(count)))
        return Aig(inputs, (), tuple(self._builder.ands), outputs)

    def _copy(self, moved: MutableMapping[int, int], variables: Iterable[int]) -> None:
        for variable in variables:
            left, right = self.aig.ands[variable - self.aig.first_and]
            moved[variable] = self._builder.conjunction(_at(moved, left), _at(moved, right))

    def holds(self, found: Mapping[str, int]) -> bool:
        """Whether what is assumed of a state follows for the next, by what the outputs of `step` are."""
        nexts = {
            (number, found[f"next{latch}"])
            for latch, number in enumerate(self.classes)
            if latch not in self.functions
        }
        return len(nexts) == len({number for number, _ in nexts}) and not self._wrong(found)

    def _wrong(self, found: Mapping[str, int]) -> list[int]:
        return [latch for latch in self.functions if found[f"next{latch}"] != found[f"then{latch}"]]

    def weakened(self, found: Mapping[str, int]) -> _Relation:
        """Without what does not follow."""
        keys = [
            (number, -1 - latch if latch in self.functions else found[f"next{latch}"])
            for latch, number in enumerate(self.classes)
        ]
        wrong = self._wrong(found)
        functions = {latch: literal for latch, literal in self.functions.items() if latch not in wrong}
        return _Relation(self.aig, numbered(keys), functions)

    def merged(self, *, proved: bool) -> Stepped:
        """The graph in which what `step` assumed is made so."""
        nexts = [0] * (max(self.classes) + 1)
        for number, literal in zip(self.classes, self.aig.nexts, strict=True):
            nexts[number] = _at(self._moved, literal)
        differs = 0 if proved else _at(self._moved, self.aig.outputs["differs"])
        made = Aig(self.aig.inputs, tuple(nexts), tuple(self._builder.ands), {"differs": differs})
        others = [number for latch, number in enumerate(self.classes) if latch not in self.functions]
        return Stepped(reduced(made), len(others) - len(set(others)), len(self.functions))


def _at(moved: Mapping[int, int], literal: int) -> int:
    return moved[literal >> 1] ^ literal & 1
