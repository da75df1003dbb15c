"""Steps from random states that have what is assumed of them: what does not hold of the next is assumed no
more, long before a solver is asked.

States are drawn so that registers are known as a whole, not at all, or in some of their bits: one bit that
is x is all that most circuits need to tell nothing. In some of them all registers are 0, and so equal.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Mapping, Sequence

from rtlglot.tools.abc.aig import AigSimulation
from rtlglot.tools.abc.difference import PATTERNS as FEWEST
from rtlglot.tools.abc.registers import Word
from rtlglot.tools.abc.relation import Assumed, Copy

PATTERNS = 4096
"""Steps side by side at most: many, since they cost little more than few."""
_MOST_BITS = 1 << 27
"""Ands times patterns: 16 MB."""
_MOST_WORK = 1_000_000
"""Ands times steps: about a second."""
_CLEAN = 4
"""Steps in a row that show nothing, after which no more are taken."""


def probed(relation: Assumed, words: Sequence[Word]) -> tuple[Assumed, bool]:
    """What is left, and whether the output `differs` was seen to be 1 with all of it."""
    size = max(len(relation.aig.ands), 1)
    patterns = 4 * (min(PATTERNS, max(_MOST_BITS // size, FEWEST)) // 4)
    simulation = AigSimulation(relation.aig, patterns)
    ones = simulation.all_ones
    generator = random.Random(2026)
    masks = _masks(relation, words)
    clean, differs = 0, False
    for _ in range(max(2 * _CLEAN, _MOST_WORK // size)):
        copy = Copy(operator.and_, ones)
        relation.restored(copy, _drawn(relation.classes, masks, generator, patterns))
        first = relation.aig.first_latch
        simulation.state = [copy.values[first + latch] for latch in range(len(relation.classes))]
        simulation.frame([generator.getrandbits(patterns) for _ in relation.aig.inputs])
        differs = differs or bool(simulation.word(relation.aig.outputs["differs"]))
        nexts = simulation.state
        wrong = [name for name, where in relation.broken(Copy(operator.and_, ones), nexts).items() if where]
        classes = relation.split(nexts)
        clean += 1
        if wrong or max(classes) > max(relation.classes):
            clean = 0
            relation = relation.without(wrong, classes)
        if clean == _CLEAN:
            break
    return relation, differs


def _masks(relation: Assumed, words: Sequence[Word]) -> dict[int, tuple[int, int]]:
    """Latches that are the x mask of a bit: the number of the word, and 1 where they are 1 if it is known."""
    first, last = relation.aig.first_latch, relation.aig.first_and
    return {
        (literal >> 1) - first: (number, literal & 1)
        for number, word in enumerate(words)
        for literal in word.unknown
        if first <= literal >> 1 < last
    }


def _drawn(
    classes: Sequence[int], masks: Mapping[int, tuple[int, int]], generator: random.Random, patterns: int
) -> list[int]:
    """A word for each class."""
    draw = generator.getrandbits
    quarter = patterns // 4
    ones = (1 << quarter) - 1
    moving = draw(patterns) | draw(patterns)
    whole: dict[int, int] = {}
    state: dict[int, int] = {}
    for latch, number in enumerate(classes):
        if latch in masks:
            # known in all words, in whole words, in half of the bits, in most bits
            word, turned = masks[latch]
            if word not in whole:
                whole[word] = draw(quarter)
            most = draw(quarter) | draw(quarter) | draw(quarter)
            known = ones | whole[word] << quarter | draw(quarter) << 2 * quarter | most << 3 * quarter
            state[number] = known if turned else known ^ ((1 << patterns) - 1)
        elif number not in state:
            state[number] = draw(patterns) & moving
    return [state[number] for number in range(len(state))]
