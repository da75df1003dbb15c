"""Words of one design that seem to be sums or differences of words of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rtlglot.tools.abc.aig import Builder
from rtlglot.tools.abc.registers import Word
from rtlglot.tools.abc.seen import History, Seen

MOST_RELATED = 12
"""Words of a side between which sums and differences are looked for."""


def functions_of(words: Sequence[Word], lonely: set[int], seen: Seen, builder: Builder) -> dict[int, int]:
    """Latches of words with bits like none of the other side, as sums and differences of words there."""
    functions: dict[int, int] = {}
    used: set[int] = set()
    for side in ("gold", "gate"):
        near, far = ([w for w in words if w.related and (w.side == side) is same] for same in (True, False))
        # a shorter word may do in a simulation that never comes so far
        far.sort(key=lambda word: (-len(word.values), lonely.isdisjoint(word.all_latches)))
        for target in near[:MOST_RELATED]:
            own = [latch for bit in target.latches for latch in bit]
            if lonely.isdisjoint(own) or len(own) != len(target.values) or not used.isdisjoint(own):
                continue
            sources = [word for word in far[:MOST_RELATED] if functions.keys().isdisjoint(word.all_latches)]
            for one, other, minus in _pairs(sources):
                if _is_made_of([seen.latches[latch] for latch in own], one, other, seen, minus=minus):
                    literals = _sum(one, other, len(own), minus=minus, builder=builder)
                    functions |= dict(zip(own, literals, strict=True))
                    used |= one.all_latches | other.all_latches
                    break
    return functions


def _pairs(words: Sequence[Word]) -> Iterator[tuple[Word, Word, bool]]:
    """Two words, and whether the second is taken from the first."""
    for number, one in enumerate(words):
        yield from ((one, other, True) for other in words if other is not one)
        yield from ((one, other, False) for other in words[number + 1 :])


def _is_made_of(target: Sequence[History], one: Word, other: Word, seen: Seen, *, minus: bool) -> bool:
    """Whether the simulation saw the bits of the target as the sum or the difference, in every frame."""
    turned = seen.ones if minus else 0
    sources = [[seen.at(_bit(word.values, at)) for word in (one, other)] for at in range(len(target))]
    for frame in range(len(target[0])):
        carry = turned
        for at, wanted in enumerate(target):
            left, right = (source[frame] for source in sources[at])
            right ^= turned
            if left ^ right ^ carry != wanted[frame]:
                return False
            carry = left & right | carry & (left | right)
    return True


def _bit(literals: Sequence[int], at: int) -> int:
    return literals[at] if at < len(literals) else 0


def _sum(one: Word, other: Word, width: int, *, minus: bool, builder: Builder) -> list[int]:
    """Literals of the sum or the difference, of so many bits."""
    result = []
    carry = int(minus)
    for at in range(width):
        left, right = (_bit(word.values, at) for word in (one, other))
        right ^= int(minus)
        half = builder.unequal(left, right)
        result.append(builder.unequal(half, carry))
        carry = builder.either((builder.conjunction(left, right), builder.conjunction(half, carry)))
    return result
