"""Of a run that kept every sample: what became of each, as classes and as rows times samples."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping

from rtlglot.ledger.samples import CLASSES, all_samples
from rtlglot.records import Json
from rtlglot.reports.estimates import ProblemTries, mean_pass_at_k

_MOST_ROWS = 500
_KS = (1, 5, 10)


def matrix(db: sqlite3.Connection, recipe: bytes, body: Mapping[str, Json]) -> dict[str, Json] | None:
    """The classes with their counts, pass@k by testbench and by proof, and the first rows; None for a run
    that chose one of its samples."""
    if body.get("choose") != "all" or not body.get("engine"):
        return None
    classes: Counter[str] = Counter()
    tried: dict[str, list[ProblemTries]] = {"testbench": [], "proof": []}
    rows: list[Json] = []
    for glance, samples in all_samples(db, recipe, int(body["samples"])):
        classes.update(sample.kind for sample in samples)
        for way, said in (("testbench", "tested"), ("proof", "proved")):
            right = sum(getattr(sample, said) is True for sample in samples)
            tried[way].append(ProblemTries(len(samples), right))
        if len(rows) < _MOST_ROWS:
            rows.append([glance.id, [CLASSES.index(sample.kind) for sample in samples]])
    return {
        "kinds": list(CLASSES),
        "classes": {kind: classes[kind] for kind in CLASSES if classes[kind]},
        "pass": {way: _told(found) for way, found in tried.items() if any(one.right for one in found)},
        "rows": rows,
        "left_out": len(tried["proof"]) - len(rows),
    }


def _told(tried: list[ProblemTries]) -> list[list[float]]:
    """[k, value, low, high] of those k for which there are samples enough."""
    found = ((k, mean_pass_at_k(tried, k)) for k in _KS)
    return [[k, one.value, one.low, one.high] for k, one in found if one is not None]
