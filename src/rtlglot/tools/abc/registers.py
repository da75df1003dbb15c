"""Registers as words, from the outputs `word_SIDE_N_d[i]` and `word_SIDE_N_x[i]` of a miter."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rtlglot.tools.abc.aig import Aig
from rtlglot.tools.abc.difference import WORD

_MOST_BITS = 64
_NAME = re.compile(WORD + r"(gold|gate)_(\d+)_([dx])\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Word:
    """One register."""

    side: str
    values: tuple[int, ...]
    """Literals of its bits, the lowest first; 0 where a bit is x."""
    latches: tuple[frozenset[int], ...]
    """Of each bit: the numbers of the latches that its value depends on and its x mask does not."""
    masks: tuple[frozenset[int], ...]
    """Of each bit: those that its x mask depends on."""
    closed: bool
    """Whether it depends on no input, and is short enough to be related to others."""

    @property
    def all_latches(self) -> frozenset[int]:
        """What it depends on."""
        return frozenset().union(*self.latches, *self.masks)


def words_of(aig: Aig) -> list[Word]:
    """All of them, in the order of their numbers."""
    found: dict[tuple[int, str], dict[tuple[str, int], int]] = defaultdict(dict)
    for name, literal in aig.outputs.items():
        if told := _NAME.fullmatch(name):
            found[int(told[2]), told[1]][told[3], int(told[4])] = literal
    return [_word(aig, side, found[number, side]) for number, side in sorted(found)]


def _word(aig: Aig, side: str, bits: dict[tuple[str, int], int]) -> Word:
    width = len(bits) // 2
    first = aig.first_latch
    latches, masks, closed = [], [], width <= _MOST_BITS
    for at in range(width):
        behind, mask = (cone(aig, [bits[kind, at]]) for kind in "dx")
        closed = closed and not any(0 < variable < first for variable in behind | mask)
        own = {v - first for v in mask if first <= v < aig.first_and}
        masks.append(frozenset(own))
        latches.append(frozenset(v - first for v in behind if first <= v < aig.first_and) - own)
    values = tuple(bits["d", at] for at in range(width))
    return Word(side, values, tuple(latches), tuple(masks), closed)


def cone(aig: Aig, literals: Iterable[int]) -> set[int]:
    """Variables that these depend on within a frame."""
    seen: set[int] = set()
    todo = [literal >> 1 for literal in literals]
    while todo:
        variable = todo.pop()
        if variable not in seen:
            seen.add(variable)
            if variable >= aig.first_and:
                todo += [literal >> 1 for literal in aig.ands[variable - aig.first_and]]
    return seen


def places(words: Iterable[Word]) -> Iterator[tuple[int, tuple[str, int], str]]:
    """Each latch of a word with its place in it, and its side; a latch may come more than once."""
    for word in words:
        for kind, bits in (("x", word.masks), ("d", word.latches)):
            for at, latches in enumerate(bits):
                yield from ((latch, (kind, at), word.side) for latch in latches)
