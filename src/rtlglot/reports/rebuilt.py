"""Of a round trip: how scores are spread, how rebuilds ended, and the designs that were built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rtlglot.ledger.counts import Counts, Scores
from rtlglot.ledger.ended import EndedRow
from rtlglot.records import CheckStatus, Json, Verdict

_BARS = 10


@dataclass(slots=True)
class Rebuilds:
    """The numbers; of texts that rows ended with."""

    scores: Scores = field(default_factory=Scores)
    bars: Counter[int] = field(default_factory=Counter)
    """Tenths of the score -> rows."""
    unscored: int = 0
    """Rows of whose rebuilds none could be decided."""
    leaks: int = 0
    proof_s: float = 0.0

    def hear(self, ended: EndedRow) -> None:
        """Count a row."""
        self.scores.hear(ended.climbed)
        for verdict in ended.climbed:
            if "rebuilds" not in verdict.data:
                continue
            self.leaks += verdict.status is CheckStatus.LEAK
            self.proof_s += verdict.data["proof_s"]
            if verdict.score is None:
                self.unscored += 1
            else:
                self.bars[int(verdict.score * _BARS)] += 1

    def to_json(self, counts: Counts) -> Json:
        """None where nothing was rebuilt."""
        if not self.bars and not self.unscored:
            return None
        return {
            "mean": self.scores.mean(counts),
            "bars": [self.bars[bar] for bar in range(_BARS + 1)],
            "unscored": self.unscored,
            "leaks": self.leaks,
            "ended": dict(self.scores.ended.most_common()),
            "proof_s": round(self.proof_s, 1),
        }


def text_keys(verdicts: Iterable[Verdict]) -> list[bytes]:
    """Of the designs that verdicts speak of."""
    return [bytes.fromhex(one["text"]) for v in verdicts for one in v.data.get("rebuilds", ()) if one["text"]]


def shown(verdict: Verdict, texts: Mapping[bytes, str]) -> Sequence[tuple[str, str | None]]:
    """[(how it ended, the design)] of a verdict's rebuilds, those that are alike once."""
    found = verdict.data.get("rebuilds", ())
    return list(dict.fromkeys((one["ended"], texts.get(bytes.fromhex(one["text"]))) for one in found))
