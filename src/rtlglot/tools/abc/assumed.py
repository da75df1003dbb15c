"""What a random simulation suggests about the registers of two designs (`one_step` proves or drops it)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rtlglot.tools.abc.aig import Aig, AigSimulation, Builder
from rtlglot.tools.abc.difference import PATTERNS, frames_for, random_words
from rtlglot.tools.abc.match import numbered
from rtlglot.tools.abc.registers import Word, places, words_of

MOST_RELATED = 12
"""Words of a side between which sums and differences are looked for."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """For each frame, the start first, a word of many runs."""

    latches: tuple[tuple[int, ...], ...]
    values: Mapping[int, tuple[int, ...]]
    """Of literals of words."""
    ones: int


def assumed(aig: Aig) -> tuple[Aig, list[int], dict[int, int]]:
    """The graph with more ands, a number for each latch, the same for those that seem to be equal, and
    for some latches a literal of others that they seem to be. All of it holds at the start."""
    words = words_of(aig)
    seen = _simulated(aig, words)
    spots: dict[int, tuple[str, int]] = {}
    owners: dict[int, str] = {}
    for latch, spot, side in places(words):
        spots.setdefault(latch, spot)
        owners.setdefault(latch, side)
    classes = numbered(
        [(values, None if any(values) else spots.get(latch)) for latch, values in enumerate(seen.latches)]
    )
    sides: dict[int, set[str]] = {}
    for latch, number in enumerate(classes):
        sides.setdefault(number, set()).add(owners.get(latch, ""))
    lonely = {
        latch for latch, number in enumerate(classes) if len(sides[number]) == 1 and any(seen.latches[latch])
    }
    builder = Builder(aig)
    functions = _functions(words, lonely, seen, builder)
    apart = [len(classes) + latch if latch in functions else n for latch, n in enumerate(classes)]
    graph = Aig(aig.inputs, aig.nexts, tuple(builder.ands), aig.outputs)
    return graph, numbered(apart), functions


def _simulated(aig: Aig, words: Sequence[Word]) -> _Seen:
    simulation = AigSimulation(aig, PATTERNS)
    literals = sorted({literal for word in words if word.closed for literal in word.values})
    latches, values = [], []
    for given in random_words(len(aig.inputs), frames_for(aig)):
        latches.append(simulation.state)
        simulation.frame(given)
        values.append([simulation.word(literal) for literal in literals])
    columns = dict(zip(literals, zip(*values, strict=True), strict=True))
    return _Seen(tuple(zip(*latches, strict=True)), columns, simulation.all_ones)


def _functions(words: Sequence[Word], lonely: set[int], seen: _Seen, builder: Builder) -> dict[int, int]:
    """Latches of words with bits like none of the other side, as sums and differences of words there."""
    functions: dict[int, int] = {}
    used: set[int] = set()
    for side in ("gold", "gate"):
        near, far = ([w for w in words if w.closed and (w.side == side) is same] for same in (True, False))
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


def _is_made_of(target: Sequence[Sequence[int]], one: Word, other: Word, seen: _Seen, *, minus: bool) -> bool:
    """Whether the simulation saw the bits of the target as the sum or the difference, in every frame."""
    zeros = (0,) * len(target[0])
    turned = seen.ones if minus else 0
    for frame in range(len(zeros)):
        carry = turned
        for at, wanted in enumerate(target):
            left, right = (_bit(word.values, at, seen.values, zeros)[frame] for word in (one, other))
            right ^= turned
            if left ^ right ^ carry != wanted[frame]:
                return False
            carry = left & right | carry & (left | right)
    return True


def _bit(
    literals: Sequence[int], at: int, values: Mapping[int, Sequence[int]], zeros: Sequence[int]
) -> Sequence[int]:
    return values[literals[at]] if at < len(literals) else zeros


def _sum(one: Word, other: Word, width: int, *, minus: bool, builder: Builder) -> list[int]:
    """Literals of the sum or the difference, of so many bits."""
    result = []
    carry = int(minus)
    for at in range(width):
        left, right = (word.values[at] if at < len(word.values) else 0 for word in (one, other))
        right ^= int(minus)
        half = builder.unequal(left, right)
        result.append(builder.unequal(half, carry))
        carry = builder.either((builder.conjunction(left, right), builder.conjunction(half, carry)))
    return result
