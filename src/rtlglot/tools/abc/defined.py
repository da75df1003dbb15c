"""What a simulation suggests about what is x: registers of a candidate that are a register of the reference
wherever that is defined, values that are 0 where they are x, registers that are defined where others are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count

from rtlglot.tools.abc.aig import Aig
from rtlglot.tools.abc.registers import Word, is_latch
from rtlglot.tools.abc.relation import Mate
from rtlglot.tools.abc.seen import History, Seen

MOST_MASKS = 64
"""Kinds of bits, by when they are defined, between which it is asked whether one is wherever another is."""
MOST_COMPARED = 20_000
"""Pairs of words of which it is asked whether one is the other where that is defined."""

_Bits = tuple[tuple[History, History], ...]
"""What was seen of each bit of a word: its value and its x mask."""


def implied_of(
    aig: Aig, words: Sequence[Word], seen: Seen, classes: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """Literals of latches, with literals of latches that seem to be 1 wherever they are."""
    found = _known_together(aig, words, seen, classes)
    for word in words:
        for value, unknown in zip(word.plain, word.unknown, strict=True):
            if value is not None and value not in found and is_latch(aig, unknown):
                known = unknown ^ 1
                if _implies(seen.at(value), seen.at(known)):
                    found[value] = (known,)
    return found


def _known_together(
    aig: Aig, words: Sequence[Word], seen: Seen, classes: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """Of one bit of each side for each of the ways in which bits become defined."""
    kinds: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for word in words:
        for unknown in word.unknown:
            if is_latch(aig, unknown):
                number = classes[(unknown >> 1) - aig.first_latch]
                kinds[number, unknown & 1].setdefault(word.side, unknown ^ 1)
    if len(kinds) > MOST_MASKS:
        return {}
    firsts = [next(iter(sides.values())) for sides in kinds.values()]
    histories = [seen.at(known) for known in firsts]
    found: dict[int, tuple[int, ...]] = {}
    for sides, own in zip(kinds.values(), histories, strict=True):
        if any(own):
            others = tuple(
                known
                for known, other in zip(firsts, histories, strict=True)
                if other != own and _implies(own, other)
            )
            found |= dict.fromkeys(sides.values(), others) if others else {}
    return found


def _implies(one: History, other: History) -> bool:
    return not any(left & ~right for left, right in zip(one, other, strict=True))


def mates_of(aig: Aig, words: Sequence[Word], seen: Seen) -> dict[int, Mate]:
    """By latch of the candidate, what it seems to be where the reference defines it."""
    found: dict[int, Mate] = {}
    for gold, gate in _pairs(words, seen):
        bits = zip(gold.plain, gold.unknown, gate.plain, gate.unknown, strict=True)
        for wanted, unless, got, lost in bits:
            if unless >= 2 and not is_latch(aig, unless):
                continue
            if wanted is not None and got is not None:
                found.setdefault(*_mate(aig, got, wanted, unless, wanted))
            if is_latch(aig, lost):
                found.setdefault(*_mate(aig, lost, 0, unless, unless))
    return found


def _mate(aig: Aig, own: int, wanted: int, unless: int, twin: int) -> tuple[int, Mate]:
    same = is_latch(aig, twin) and twin & 1 == own & 1
    latch = (twin >> 1) - aig.first_latch if same else None
    return (own >> 1) - aig.first_latch, Mate(own, wanted, unless, latch)


def _pairs(words: Sequence[Word], seen: Seen) -> Iterator[tuple[Word, Word]]:
    """Words of the candidate that seem to be a word of the reference, outright or where that is defined."""
    alike: dict[_Bits, list[Word]] = defaultdict(list)
    wide: dict[int, list[tuple[Word, _Bits]]] = defaultdict(list)
    for word in words:
        if word.side == "gold":
            bits = _bits(word, seen)
            alike[bits].append(word)
            if any(any(word ^ seen.ones for word in unknown) for _, unknown in bits):
                wide[len(bits)].append((word, bits))
    taken: dict[_Bits, Iterator[int]] = defaultdict(count)
    compared = 0
    for word in words:
        if word.side == "gate":
            bits = _bits(word, seen)
            if same := alike.get(bits):
                # those that look all the same are taken in their order
                yield same[min(next(taken[bits]), len(same) - 1)], word
            elif compared < MOST_COMPARED:
                compared += len(wide[len(bits)])
                if best := _likest(bits, wide[len(bits)], seen):
                    yield best, word


def _bits(word: Word, seen: Seen) -> _Bits:
    return tuple((seen.at(value), seen.at(x)) for value, x in zip(word.values, word.unknown, strict=True))


def _likest(bits: _Bits, golds: Sequence[tuple[Word, _Bits]], seen: Seen) -> Word | None:
    """Of the words that this one may be where they are defined, the one that is the most often."""
    known = {
        number: sum((seen.ones ^ x).bit_count() for _, unknown in wanted for x in unknown)
        for number, (_, wanted) in enumerate(golds)
        if _is_where_defined(bits, wanted, seen.ones)
    }
    return golds[max(known, key=lambda number: known[number])][0] if known else None


def _is_where_defined(bits: _Bits, wanted: _Bits, ones: int) -> bool:
    return not any(
        (x ^ ones) & (y | (value ^ got))
        for (values, unknown), (gots, lost) in zip(wanted, bits, strict=True)
        for value, x, got, y in zip(values, unknown, gots, lost, strict=True)
    )
