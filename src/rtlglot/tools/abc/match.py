"""Registers that are the same in both designs, found by behaviour and proved by structure.

Registers that behave alike in a random simulation are taken for equal, and it is looked whether what
they take on next is then one and the same node of the graph; where it is not, they are told apart and
all is looked at again (van Eijk's induction, with structural hashing in the place of a solver). All start
with 0, so what stays together is equal for ever. Two copies of one design fall together like this
whatever their size.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rtlglot.tools.abc.aig import Aig, AigSimulation, Builder, reduced
from rtlglot.tools.abc.difference import PATTERNS, frames_for, random_words

MOST_ROUNDS = 60
_MOST_WORK = 40_000_000
"""Ands times rounds: some ten seconds."""


def matched(aig: Aig) -> tuple[Aig, int]:
    """The graph with equal registers made one, and how many fell away."""
    if not aig.nexts:
        return aig, 0
    classes = _alike(aig)
    for _ in range(max(3, min(MOST_ROUNDS, _MOST_WORK // max(len(aig.ands), 1)))):
        moved, ands = _rebuilt(aig, classes)
        nexts = [moved[literal >> 1] ^ literal & 1 for literal in aig.nexts]
        split = numbered([(old, new) for old, new in zip(classes, nexts, strict=True)])
        if max(split) == max(classes):
            return _merged(aig, classes, moved, ands)
        classes = split
    return aig, 0


def _alike(aig: Aig) -> list[int]:
    """A number for each latch, the same where a random simulation sees no difference."""
    simulation = AigSimulation(aig, PATTERNS)
    seen: list[list[int]] = [[] for _ in aig.nexts]
    for words in random_words(len(aig.inputs), frames_for(aig)):
        simulation.frame(words)
        for values, word in zip(seen, simulation.state, strict=True):
            values.append(word)
    return numbered([tuple(values) for values in seen])


def numbered(keys: Sequence[Hashable]) -> list[int]:
    """A number for each key, from 0 on, the same for those that are equal."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _rebuilt(aig: Aig, classes: list[int]) -> tuple[list[int], Builder]:
    """Where each variable goes when each class is one latch, and the ands that then are needed."""
    first = aig.first_latch
    builder = Builder(Aig(aig.inputs, (0,) * (max(classes) + 1), (), {}))
    moved = [2 * variable for variable in range(first)]
    moved += [2 * (first + number) for number in classes]
    for left, right in aig.ands:
        moved.append(builder.conjunction(moved[left >> 1] ^ left & 1, moved[right >> 1] ^ right & 1))
    return moved, builder


def _merged(aig: Aig, classes: list[int], moved: list[int], builder: Builder) -> tuple[Aig, int]:
    nexts = [0] * (max(classes) + 1)
    for number, literal in zip(classes, aig.nexts, strict=True):
        nexts[number] = moved[literal >> 1] ^ literal & 1
    outputs = {name: moved[literal >> 1] ^ literal & 1 for name, literal in aig.outputs.items()}
    merged = reduced(Aig(aig.inputs, tuple(nexts), tuple(builder.ands), outputs))
    return merged, len(classes) - len(nexts)
