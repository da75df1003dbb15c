"""Registers as words, from the outputs `word_SIDE_N_d[i]` and `word_SIDE_N_x[i]` of a miter (or `part_`)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rtlglot.tools.abc.aig import Aig
from rtlglot.tools.abc.difference import PART, WORD

_MOST_BITS = 64
_NAME = re.compile(f"({WORD}|{PART})" + r"(gold|gate)_(\d+)_([dx])(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class Word:
    """One register."""

    side: str
    values: tuple[int, ...]
    """Literals of its bits, the lowest first; 0 where a bit is x."""
    unknown: tuple[int, ...]
    """Literals of its x mask."""
    plain: tuple[int | None, ...]
    """Of each bit: the literal of a latch that is its value wherever it is not x, where there is one."""
    latches: tuple[frozenset[int], ...]
    """Of each bit: the numbers of the latches that its value depends on and its x mask does not."""
    masks: tuple[frozenset[int], ...]
    """Of each bit: those that its x mask depends on."""
    related: bool
    """Whether it is to be related to others by sums: a register of the text, of more bits than one, not too
    many, that depend on no input."""

    @property
    def all_latches(self) -> frozenset[int]:
        """What it depends on."""
        return frozenset().union(*self.latches, *self.masks)

    def bits(self) -> Iterator[Word]:
        """Each bit as a word of its own."""
        parts = (self.values, self.unknown, self.plain, self.latches, self.masks)
        for value, unknown, plain, latches, masks in zip(*parts, strict=True):
            yield Word(self.side, (value,), (unknown,), (plain,), (latches,), (masks,), related=False)


def words_of(aig: Aig) -> list[Word]:
    """All of them, in the order of their numbers."""
    told = sorted(register_outputs(aig).items(), key=lambda item: item[0])
    return [_word(aig, kind, side, bits) for (_, side, kind), bits in told]


def register_outputs(aig: Aig) -> dict[tuple[int, str, str], dict[tuple[str, int], int]]:
    """By number, side and kind of a register: the literals of its bits, by 'd' (value) or 'x' (mask) and
    place."""
    found: dict[tuple[int, str, str], dict[tuple[str, int], int]] = defaultdict(dict)
    for name, literal in aig.outputs.items():
        if told := _NAME.fullmatch(name):
            found[int(told[3]), told[2], told[1]][told[4], int(told[5] or 0)] = literal
    return found


def _word(aig: Aig, kind: str, side: str, bits: dict[tuple[str, int], int]) -> Word:
    width = len(bits) // 2
    first = aig.first_latch
    latches, masks, closed = [], [], True
    for at in range(width):
        behind, mask = (cone(aig, [bits[name, at]]) for name in "dx")
        closed = closed and not any(0 < variable < first for variable in behind | mask)
        own = {v - first for v in mask if first <= v < aig.first_and}
        masks.append(frozenset(own))
        latches.append(frozenset(v - first for v in behind if first <= v < aig.first_and) - own)
    values, unknown = (tuple(bits[name, at] for at in range(width)) for name in "dx")
    related = closed and kind == WORD and 1 < width <= _MOST_BITS
    plain = tuple(_plain(aig, value, x) for value, x in zip(values, unknown, strict=True))
    return Word(side, values, unknown, plain, tuple(latches), tuple(masks), related)


def _plain(aig: Aig, value: int, unknown: int) -> int | None:
    if value >> 1 >= aig.first_and and not value & 1:
        operands = aig.ands[(value >> 1) - aig.first_and]
        if unknown ^ 1 in operands:
            value = operands[operands[0] == unknown ^ 1]
    return value if is_latch(aig, value) else None


def is_latch(aig: Aig, literal: int) -> bool:
    """Whether it is one of a latch."""
    return aig.first_latch <= literal >> 1 < aig.first_and


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
