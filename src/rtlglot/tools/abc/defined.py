"""What a simulation suggests about what is x: registers of a candidate that are a register of the reference
wherever that is defined, values that are 0 where they are x, registers that are defined where others are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from rtlglot.tools.abc.aig import Aig
from rtlglot.tools.abc.registers import Word, is_latch
from rtlglot.tools.abc.relation import Mate
from rtlglot.tools.abc.seen import History, Seen

MOST_MASKS = 64
"""Kinds of bits, by when they are defined, between which it is asked whether one is wherever another is."""
MOST_SPEAKING = 128
"""Bits of which it is asked whether others are known where they are 1."""
MOST_COMPARED = 100_000
"""Pairs of words of which it is asked whether one is the other where that is defined."""

_Bits = tuple[tuple[History, History], ...]
"""What was seen of each bit of a word: its value and its x mask."""


def implied_of(
    aig: Aig, words: Sequence[Word], seen: Seen, classes: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """Literals of latches, with literals of latches that seem to be 1 wherever they are: bits are known where
    others are, a bit that is 1 is known, and others are where some bit is 1 (data, where it is valid)."""
    kinds = _kinds(aig, words, classes)
    firsts = {(known := next(iter(sides.values()))): seen.at(known) for sides in kinds}
    found = _known_together(kinds, firsts)
    speaking = _speaking(words, seen)
    for word in words:
        for value, unknown in zip(word.plain, word.unknown, strict=True):
            if value is not None and value not in found and is_latch(aig, unknown):
                history = seen.at(value)
                if _implies(history, seen.at(unknown ^ 1)):
                    others = firsts if value in speaking else {}
                    told = (known for known, other in others.items() if _implies(history, other))
                    found[value] = tuple(dict.fromkeys((unknown ^ 1, *told)))
    return found


def _kinds(aig: Aig, words: Sequence[Word], classes: Sequence[int]) -> list[dict[str, int]]:
    """One bit of each side for each of the ways in which bits become defined: where it is known."""
    kinds: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for word in words:
        for unknown in word.unknown:
            if is_latch(aig, unknown):
                number = classes[(unknown >> 1) - aig.first_latch]
                kinds[number, unknown & 1].setdefault(word.side, unknown ^ 1)
    return list(kinds.values()) if len(kinds) <= MOST_MASKS else []


def _known_together(
    kinds: Sequence[Mapping[str, int]], firsts: Mapping[int, History]
) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for sides, own in zip(kinds, firsts.values(), strict=True):
        if any(own):
            others = tuple(known for known, other in firsts.items() if other != own and _implies(own, other))
            found |= dict.fromkeys(sides.values(), others) if others else {}
    return found


def _speaking(words: Sequence[Word], seen: Seen) -> set[int]:
    """Bits that may tell whether others are known, the shortest words first."""
    bits = [
        value
        for word in sorted(words, key=lambda word: len(word.values))
        for value in word.plain
        if value is not None and any(seen.at(value))
    ]
    return set(bits[:MOST_SPEAKING])


def _implies(one: History, other: History) -> bool:
    return not any(left & ~right for left, right in zip(one, other, strict=True))


def mates_of(aig: Aig, words: Sequence[Word], seen: Seen, classes: Sequence[int]) -> dict[int, Mate]:
    """By latch of the candidate, what it seems to be where the reference defines it; bit by bit of words that
    are none, since a netlist of gates knows no words, and then only of bits that equal none at all."""
    golds, gates = ([word for word in words if word.side == side] for side in ("gold", "gate"))
    pairs, left = _alike(golds, gates, seen)
    found = dict(_mates(aig, pairs))
    if left and any(len(word.values) > 1 for word in golds):
        wanted, own = ([bit for word in words for bit in word.bits()] for words in (golds, left))
        equal = {classes[latch] for word in golds for latch in word.all_latches}
        for latch, mate in _mates(aig, _alike(wanted, own, seen)[0]):
            if mate.is_equal(latch, classes) or classes[latch] not in equal:
                found.setdefault(latch, mate)
    return found


def _mates(aig: Aig, pairs: Iterable[tuple[Word, Word]]) -> Iterator[tuple[int, Mate]]:
    for gold, gate in pairs:
        bits = zip(gold.plain, gold.unknown, gate.plain, gate.unknown, strict=True)
        for wanted, unless, got, lost in bits:
            if unless >= 2 and not is_latch(aig, unless):
                continue
            if wanted is not None and got is not None:
                yield _mate(aig, got, wanted, unless, wanted)
            if is_latch(aig, lost):
                yield _mate(aig, lost, 0, unless, unless)


def _mate(aig: Aig, own: int, wanted: int, unless: int, twin: int) -> tuple[int, Mate]:
    same = is_latch(aig, twin) and twin & 1 == own & 1
    latch = (twin >> 1) - aig.first_latch if same else None
    return (own >> 1) - aig.first_latch, Mate(own, wanted, unless, latch)


def _alike(
    golds: Sequence[Word], gates: Sequence[Word], seen: Seen
) -> tuple[list[tuple[Word, Word]], list[Word]]:
    """Words of the candidate that seem to be a word of the reference, outright or where that is defined; and
    those that seem to be none."""
    alike: dict[_Bits, list[Word]] = defaultdict(list)
    wide: dict[int, list[tuple[Word, _Bits]]] = defaultdict(list)
    for word in golds:
        bits = _bits(word, seen)
        alike[bits].append(word)
        if any(any(word ^ seen.ones for word in unknown) for _, unknown in bits):
            wide[len(bits)].append((word, bits))
    taken: dict[_Bits, Iterator[int]] = defaultdict(count)
    compared, pairs, left = 0, [], []
    for word in gates:
        bits, best = _bits(word, seen), None
        if same := alike.get(bits):
            # those that look all the same are taken in their order
            best = same[min(next(taken[bits]), len(same) - 1)]
        elif compared < MOST_COMPARED:
            compared += len(wide[len(bits)])
            best = _likest(bits, wide[len(bits)], seen)
        if best is None:
            left.append(word)
        else:
            pairs.append((best, word))
    return pairs, left


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
