"""Proof by one step: what holds at the start, and with every state also of the next, holds for ever.

What is assumed of a state: registers that behave alike in a random simulation are equal (of those that
it never moves, those at the same place of their words), and a word of one side is the sum or the difference
of two words of the other where the simulation shows it so (a FIFO's count, and its two pointers). A bit that
is x has the value 0, and bits are known wherever others are, where the simulation shows it so. Registers of
the candidate that are not equal to one of the reference may still be it wherever the reference defines it.

All this is put in the place of the registers, and ABC sweeps the logic of one step. What is then not shown
is assumed no more, or less of it, and all is asked again, until what is assumed is what is proved (van
Eijk's induction). Whatever was assumed wrongly costs the proof and nothing else.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from rtlglot.tools.abc.aig import Aig, Builder, reduced
from rtlglot.tools.abc.assumed import assumed
from rtlglot.tools.abc.match import numbered
from rtlglot.tools.abc.probe import probed
from rtlglot.tools.abc.registers import Word, places, words_of
from rtlglot.tools.abc.relation import Assumed, Copy, Name

MOST_ROUNDS = 64
_MOST_WORK = 1_000_000
"""Ands times rounds: some two seconds."""


class Sweep(Protocol):
    """Something that makes equal nodes one."""

    def __call__(self, graph: Aig, *, hopeful: bool) -> Aig | None:
        """A graph without state with equal nodes made one; None where there was no time for it. `hopeful`:
        the output `differs` may turn out to be 0."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """What is proved."""

    graph: Aig
    """Of the output `differs` alone, with what is equal made one, and 0 in its place where it never is 1."""
    equal: int
    """Latches that are the same as another."""
    sums: int
    """Latches that are a bit of a sum or a difference."""
    defined: int
    """Latches that are another where the reference defines that."""
    implied: int
    """Pairs of latches of which one is 1 wherever the other is."""

    def counts(self) -> dict[str, int]:
        """How much of each kind is assumed."""
        return {kind: getattr(self, kind) for kind in ("equal", "sums", "defined", "implied")}


def one_step(aig: Aig, sweep: Sweep) -> Stepped | None:
    """What holds of a graph of the output `differs`, beside those of the words; None where nothing is
    proved."""
    words = words_of(aig)
    relation, differs = probed(at_start(assumed(aig, words)), words)
    if differs:
        # no proof, but what is equal is of use to others
        relation = replace(relation, mates={})
    return induced(relation, words, sweep, hopeful=not differs)


def induced(relation: Assumed, words: Sequence[Word], sweep: Sweep, *, hopeful: bool) -> Stepped | None:
    """What of some assumptions, whatever they are, is left as true of all states that are ever reached."""
    relation = at_start(relation)
    for _ in range(min(MOST_ROUNDS, _MOST_WORK // max(len(relation.aig.ands), 1))):
        step = _Step(relation)
        swept = sweep(step.graph, hopeful=hopeful)
        if swept is None:
            return None
        found = list(swept.outputs.values())
        wrong, classes = step.refuted(found)
        if not wrong and max(classes) == max(relation.classes):
            return _merged(relation, proved=found[-1] == 0)
        relation = relation.without(wrong, _torn(words, relation.classes, classes))
    return None


def at_start(relation: Assumed) -> Assumed:
    """What of it holds where all latches are 0."""
    zeros = [0] * len(relation.classes)
    wrong = [name for name, where in relation.broken(Copy(operator.and_, 1), zeros).items() if where]
    return relation.without(wrong, relation.classes)


def _torn(words: Sequence[Word], before: Sequence[int], after: Sequence[int]) -> list[int]:
    """Classes in which bits of one word have come apart, with those of each place by themselves: else a word
    that only a long carry moves would lose a bit a round."""
    spots = {latch: (number, spot) for number, word in enumerate(words) for latch, spot, _ in places([word])}
    parts: dict[tuple[int, int], set[int]] = defaultdict(set)
    for latch, (number, _) in spots.items():
        parts[before[latch], number].add(after[latch])
    torn = {old for (old, _), found in parts.items() if len(found) > 1}
    return numbered(
        [
            (new, spots[latch][1] if old in torn and latch in spots else None)
            for latch, (old, new) in enumerate(zip(before, after, strict=True))
        ]
    )


@dataclass(slots=True)
class _Step:
    """What each latch takes on next, what of the assumptions the next state does not have, and the question,
    of one state that has them all."""

    relation: Assumed
    graph: Aig = field(init=False)
    nexts: list[int] = field(init=False)
    _names: list[Name] = field(init=False)

    def __post_init__(self) -> None:
        relation, aig = self.relation, self.relation.aig
        first, count = aig.first_latch, max(relation.classes) + 1
        builder = Builder(Aig(aig.inputs, (0,) * count, (), {}))
        copy = Copy(builder.conjunction, 1)
        relation.restored(copy, [2 * (first + number) for number in range(count)])
        copy.values.update((variable, 2 * variable) for variable in range(1, first))
        copy.evaluate(aig, range(aig.first_and, aig.first_and + len(aig.ands)))
        self.nexts = [copy.at(literal) for literal in aig.nexts]
        broken = relation.broken(Copy(builder.conjunction, 1), self.nexts)
        self._names = list(broken)
        outputs = [*self.nexts, *broken.values(), copy.at(aig.outputs["differs"])]
        inputs = (*aig.inputs, *(f"state{number}" for number in range(count)))
        named = {f"output{number}": literal for number, literal in enumerate(outputs)}
        self.graph = Aig(inputs, (), tuple(builder.ands), named)

    def refuted(self, found: list[int]) -> tuple[list[Name], list[int]]:
        """What does not follow, and what classes are left, by what the outputs are after a sweep."""
        nexts, broken = found[: len(self.nexts)], found[len(self.nexts) : -1]
        return [n for n, literal in zip(self._names, broken, strict=True) if literal], self.relation.split(
            nexts
        )


def _merged(relation: Assumed, *, proved: bool) -> Stepped:
    """The graph in which what is equal, or a sum, is made so."""
    used = relation if proved else replace(relation, implied={}, mates={})
    step = _Step(used)
    count = max(relation.classes) + 1
    nexts = [0] * count
    for number, literal in zip(relation.classes, step.nexts, strict=True):
        nexts[number] = literal
    differs = 0 if proved else list(step.graph.outputs.values())[-1]
    made = Aig(relation.aig.inputs, tuple(nexts), step.graph.ands, {"differs": differs})
    others = relation.others
    return Stepped(
        reduced(made),
        equal=len(others) - len(set(others)),
        sums=len(relation.functions),
        defined=len(list(relation.active())),
        implied=sum(map(len, relation.implied.values())),
    )
