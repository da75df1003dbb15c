"""A comparison as an HTML page: the numbers of both, and the rows that differ, opened side by side."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Sequence
from pathlib import Path

from rtlglot import __version__
from rtlglot.ledger import opening
from rtlglot.records import Json
from rtlglot.reports.compare import KINDS, ComparedRun, Comparison
from rtlglot.reports.inputs import read_inputs
from rtlglot.reports.page import COMPARISON, packed, page, plain_json
from rtlglot.reports.rows import material, show
from rtlglot.reports.write import MOST_BYTES, pair_of, write_page

MOST_ROWS = 1_000
_CUTS = (12_000, 4_000, 1_000, 300)


def write_comparison(found: Comparison, target: Path) -> Path:
    """Write the page; rows that differ come before rows that do not. Raises OutputError."""
    chosen = _chosen(found)
    text = ""
    for most_characters in _CUTS:
        text = _page(found, chosen, most_characters)
        if len(text) <= MOST_BYTES:
            break
    write_page(target, text)
    return target


def _chosen(found: Comparison) -> list[tuple[str, str]]:
    """(kind, id), at most 1,000, those of a kind at random where they are too many."""
    draw = random.Random(2026)
    chosen: list[tuple[str, str]] = []
    for number, (kind, ids) in enumerate(found.kinds.items()):
        room = (
            (MOST_ROWS - len(chosen)) // (len(KINDS) - number) if kind != "same" else MOST_ROWS - len(chosen)
        )
        chosen += [(kind, id_) for id_ in (ids if len(ids) <= room else draw.sample(ids, room))]
    return chosen


def _page(found: Comparison, chosen: Sequence[tuple[str, str]], most_characters: int) -> str:
    sides = [_rows(side, [id_ for _, id_ in chosen], most_characters) for side in (found.a, found.b)]
    rows = [
        {"kind": kind, "a": a, "b": b}
        for (kind, _), a, b in zip(chosen, *(s["rows"] for s in sides), strict=True)
    ]
    notes = list(found.notes)
    if len(chosen) < found.common:
        notes.append(
            f"All numbers are of all {found.common:,} rows in both; {len(chosen):,} of them are shown."
        )
    told = found.to_json()
    meta = {
        "pair": pair_of(found.b.numbers.recipe),
        "checked": not found.b.numbers.recipe.get("engine"),
        "reference": "",
        "kinds": {kind: [text, len(found.kinds[kind])] for kind, text in KINDS.items()},
        "notes": notes,
        "only": [len(found.only_a), len(found.only_b)],
        **{name: told[name] for name in ("a", "b", "common", "chance", "moves")},
        "rungs": {
            name: {c: dict(n) for c, n in side.numbers.final.items()}
            for name, side in (("a", found.a), ("b", found.b))
        },
    }
    texts = {
        "title": f"{found.a.name} and {found.b.name}",
        "a": found.a.name,
        "b": found.b.name,
        "plain": f"{len(found.kinds['gained']):,} rows gained, {len(found.kinds['lost']):,} lost.",
        "footer": f"Written by rtlglot {__version__} on {time.strftime('%Y-%m-%d %H:%M')}",
    }
    data = {
        "meta": plain_json(meta),
        "rows": packed({"rows": rows, "shared": {"a": sides[0]["shared"], "b": sides[1]["shared"]}}),
    }
    return page("compare.html", COMPARISON, texts, data)


def _rows(side: ComparedRun, ids: Sequence[str], most_characters: int) -> dict[str, Json]:
    ended = [side.marks[id_].ended for id_ in ids]
    with contextlib.closing(opening.open_reading(side.ledger)) as db:
        known = material(db, bytes.fromhex(side.numbers.recipe_key), ended)
    wanted = {e.glance.position: e.glance.id for e in ended}
    inputs, _ = read_inputs(side.numbers.runs[-1], side.ledger, wanted) if ended else ({}, "")
    shown = show(ended, known, inputs, "", most_characters)
    return {"rows": shown.rows, "shared": shown.shared}
