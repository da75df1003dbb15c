"""Spreads: many numbers kept as counts in logarithmic bins, so that memory does not grow with them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping

from rtlglot.records import Json

_STEPS = 24
"""Bins per doubling: a percentile is exact to 3 %."""
_MOST_BARS = 28


class Spread:
    """How a number is spread: lengths, seconds, tokens. Values must not be negative."""

    def __init__(self) -> None:
        self._bins: Counter[int | None] = Counter()
        self.count = 0
        self.total = 0.0
        self._least, self._most = math.inf, 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self._bins[math.floor(math.log2(value) * _STEPS) if value > 0 else None] += 1
        self.count += 1
        self.total += value
        if value < self._least:
            self._least = value
        if value > self._most:
            self._most = value

    def at(self, share: float) -> float:
        """The value below which a share of all lies; `share` from 0 to 1."""
        wanted, seen = share * self.count, 0
        for bin_ in sorted(self._bins, key=lambda b: -math.inf if b is None else b):
            seen += self._bins[bin_]
            if seen >= wanted:
                middle = 0.0 if bin_ is None else 2 ** ((bin_ + 0.5) / _STEPS)
                return min(max(middle, self._least), self._most)
        return self._most

    def to_json(self, *, whole: bool = True) -> Mapping[str, Json] | None:
        """{count, total, least, most, p5, p50, p95, bars: [[from, to, count], …]}; None where empty.

        `whole` rounds the bars' bounds to whole numbers.
        """
        if not self.count:
            return None
        return {
            "count": self.count,
            "total": round(self.total, 3),
            "least": self._least,
            "most": self._most,
            **{f"p{p}": _rounded(self.at(p / 100), whole=whole) for p in (5, 50, 95)},
            "bars": list(self._bars(whole=whole)),
        }

    def _bars(self, *, whole: bool) -> Iterator[tuple[float, float, int]]:
        """Between the 1st of a thousand and the last, so that one giant does not flatten the rest."""
        low, high = max(self.at(0.001), 1e-3), max(self.at(0.999), 1e-3)
        first, last = (math.floor(math.log2(v) * _STEPS) for v in (low, high))
        per_bar = max(2, math.ceil((last - first + 1) / _MOST_BARS))
        bars: Counter[int] = Counter()
        for bin_, number in self._bins.items():
            place = first if bin_ is None else min(max(bin_, first), last)
            bars[(place - first) // per_bar] += number
        for index in range((last - first) // per_bar + 1):
            low, high = (2 ** ((first + (index + i) * per_bar) / _STEPS) for i in (0, 1))
            yield _rounded(low, whole=whole), _rounded(high, whole=whole), bars[index]


def _rounded(value: float, *, whole: bool) -> float:
    if whole:
        return round(value)
    return float(f"{value:.3g}")
