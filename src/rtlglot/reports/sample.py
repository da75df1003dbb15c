"""Which rows are shown where there are too many: some of every kind, always the same ones."""

from __future__ import annotations

import random
from collections import defaultdict

from rtlglot.ledger.ended import EndedRow


class Reservoir:
    """At most `most` rows: every kind (status, reason, check, mended) keeps a share, small kinds all.

    A reservoir for each kind (Vitter's algorithm R), so that one pass is enough.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kinds: dict[tuple[str, str, str, bool], list[EndedRow]] = defaultdict(list)
        self._seen: dict[tuple[str, str, str, bool], int] = defaultdict(int)
        self._random = random.Random(2026)

    def add(self, ended: EndedRow) -> None:
        """Take a row into account."""
        kind = (ended.glance.status, ended.glance.reason, ended.rung, ended.mended)
        kept = self._kinds[kind]
        self._seen[kind] += 1
        if len(kept) < self._most:
            kept.append(ended)
            return
        place = self._random.randrange(self._seen[kind])
        if place < self._most:
            kept[place] = ended

    def rows(self) -> list[EndedRow]:
        """The sample, in the input's order."""
        shares = self._shares()
        chosen = [
            ended
            for kind, kept in self._kinds.items()
            for ended in (kept if shares[kind] >= len(kept) else self._random.sample(kept, shares[kind]))
        ]
        return sorted(chosen, key=lambda ended: ended.glance.position)

    def _shares(self) -> dict[tuple[str, str, str, bool], int]:
        """Even shares, what a small kind leaves going to the larger ones."""
        left, shares = self._most, {}
        kinds = sorted(self._kinds, key=lambda kind: len(self._kinds[kind]))
        for number, kind in enumerate(kinds):
            shares[kind] = min(len(self._kinds[kind]), left // (len(kinds) - number))
            left -= shares[kind]
        return shares
