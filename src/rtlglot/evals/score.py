"""The score: every sample counted, by testbench and by proof side by side, with and without what is ill."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rtlglot.evals.audit import Health
from rtlglot.ledger import opening, reading
from rtlglot.ledger.samples import CLASSES, Sample, all_samples
from rtlglot.records import Json
from rtlglot.reports.estimates import ProblemTries, mean_pass_at_k, mean_plug_in

WAYS = ("testbench", "proof", "both", "official")


@dataclass(frozen=True, slots=True)
class Answered:
    """One problem and what became of its samples."""

    id: str
    samples: tuple[Sample, ...]
    official: tuple[bool, ...] | None = None
    """What a published harness says of each."""

    def right(self, way: str) -> int:
        """Samples that are right by one of WAYS."""
        if way == "official":
            return sum(self.official or ())
        tested = [sample.tested is True for sample in self.samples]
        proved = [sample.proved is True for sample in self.samples]
        if way == "both":
            return sum(a and b for a, b in zip(tested, proved, strict=True))
        return sum(tested if way == "testbench" else proved)


@dataclass(frozen=True, slots=True)
class Ran:
    """The run that is scored."""

    model: str
    sampling: Mapping[str, Json]
    tools: Mapping[str, str]
    answered: tuple[Answered, ...]
    pending: int


def read_run(ledger: Path) -> Ran:
    """Every sample of the latest run of a ledger. Raises LedgerError."""
    with contextlib.closing(opening.open_reading(ledger)) as db:
        recipe = reading.runs(db)[-1].recipe
        body = reading.recipe_body(db, recipe)
        samples = int(body["samples"])
        answered = tuple(Answered(g.id, found) for g, found in all_samples(db, recipe, samples))
        (rows,) = db.execute("SELECT count(*) FROM rows").fetchone()
    tools = {
        name: value
        for check in body["checks"]
        for name, value in check.items()
        if name in ("simulator", "pyslang", "pyosys") and value
    }
    return Ran(str(body["model"]), body["sampling"], tools, answered, rows - len(answered))


def texts_of(ledger: Path, answered: Sequence[Answered]) -> dict[bytes, str]:
    """The samples' texts by their keys."""
    keys = [sample.text for one in answered for sample in one.samples if sample.text]
    with contextlib.closing(opening.open_reading(ledger)) as db:
        return reading.texts(db, keys)


def score(
    ran: Ran, health: Mapping[str, Health], ks: Sequence[int], ways: Sequence[str], *, plug_in: bool = False
) -> dict[str, Json]:
    """All numbers, as JSON. `plug_in` adds the biased estimator that some harnesses print."""
    healthy = [one for one in ran.answered if not (one.id in health and health[one.id].ill)]
    classes = Counter(sample.kind for one in ran.answered for sample in one.samples)
    told: dict[str, Json] = {
        "model": ran.model,
        "sampling": dict(ran.sampling),
        "tools": dict(ran.tools),
        "problems": len(ran.answered),
        "pending": ran.pending,
        "samples": sum(len(one.samples) for one in ran.answered),
        "healthy": len(healthy),
        "all": _pass(ran.answered, ks, ways),
        "healthy_only": _pass(healthy, ks, ways),
        "classes": {kind: classes[kind] for kind in CLASSES if classes[kind]},
        "contradictions": [
            {"id": one.id, "sample": s.number, "testbench": s.tested, "proof": s.proved, "why": s.why}
            for one in ran.answered
            for s in one.samples
            if s.contradicted
        ],
        "ill": [h.to_json() for h in health.values() if h.ill],
        "by_problem": [_problem(one, ways) for one in ran.answered],
    }
    if plug_in:
        told["plug_in"] = {
            way: {str(k): mean_plug_in(_tried(ran.answered, way), k) for k in ks} for way in ways
        }
    return told


def _tried(answered: Sequence[Answered], way: str) -> list[ProblemTries]:
    return [ProblemTries(len(one.samples), one.right(way)) for one in answered]


def _pass(answered: Sequence[Answered], ks: Sequence[int], ways: Sequence[str]) -> dict[str, Json]:
    """{way: {k: {value, low, high}}}, of those k for which there are samples enough."""
    return {
        way: {
            str(k): asdict(found)
            for k in sorted(set(ks))
            if (found := mean_pass_at_k(_tried(answered, way), k)) is not None
        }
        for way in ways
    }


def _problem(one: Answered, ways: Sequence[str]) -> dict[str, Json]:
    counts = {way: one.right(way) for way in ways}
    return {"id": one.id, **counts, "samples": [sample.kind for sample in one.samples]}
