"""What a random simulation suggests about the registers of two designs (`one_step` proves or drops it)."""

from __future__ import annotations

from collections.abc import Sequence

from rtlglot.tools.abc.aig import Aig, Builder
from rtlglot.tools.abc.defined import implied_of, mates_of
from rtlglot.tools.abc.match import numbered
from rtlglot.tools.abc.registers import Word, places
from rtlglot.tools.abc.relation import Assumed
from rtlglot.tools.abc.seen import Seen
from rtlglot.tools.abc.sums import functions_of


def assumed(aig: Aig, words: Sequence[Word]) -> Assumed:
    """All of it, which holds at the start too."""
    seen = Seen.of(aig, words)
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
    functions = functions_of(words, lonely, seen, builder)
    apart = numbered([len(classes) + latch if latch in functions else n for latch, n in enumerate(classes)])
    graph = Aig(aig.inputs, aig.nexts, tuple(builder.ands), aig.outputs)
    return Assumed.of(
        graph, apart, functions, implied_of(aig, words, seen, apart), mates_of(aig, words, seen, apart)
    )
