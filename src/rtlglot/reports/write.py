"""Write a report: gather, choose the rows, cut to size, fill the page."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlglot import __version__
from rtlglot.errors import OutputError
from rtlglot.formats import refuse_link
from rtlglot.formats.sink import open_sink
from rtlglot.ledger import opening
from rtlglot.ledger.ended import EndedRow
from rtlglot.records import Json, Row
from rtlglot.reports import numbers as counting
from rtlglot.reports.inputs import group_field, read_inputs
from rtlglot.reports.numbers import Numbers
from rtlglot.reports.page import REPORT, packed, page, plain_json
from rtlglot.reports.rows import Material, material, show
from rtlglot.reports.sample import Reservoir

MOST_ROWS = 2_000
MOST_BYTES = 5_000_000
_OURS = b'<meta name="generator" content="rtlglot'
_CUTS = (20_000, 8_000, 3_000, 1_000, 300)
"""Longest text, in characters, that is tried: the first that keeps the page within its size."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was written."""

    path: Path
    rows: int
    """Rows of the input."""
    shown: int
    """Rows in the page."""
    size_bytes: int
    notes: tuple[str, ...]
    """What the page says about what is missing in it."""


def write_report(
    ledger: Path, target: Path, *, group: str = "", most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES
) -> Report:
    """Write the HTML report of the latest run in a ledger. Reads beside a running process, too.

    `group` is a field of the input to filter by ('' finds one). Raises LedgerError and OutputError.
    """
    with contextlib.closing(opening.open_reading(ledger)) as db:
        sample = Reservoir(most_rows)
        numbers = counting.gather(db, sample.add)
        ended = sample.rows()
        known = material(db, bytes.fromhex(numbers.recipe_key), ended)
    inputs, doubt = _inputs(numbers, ledger, ended)
    notes = [doubt] if doubt else []
    if len(ended) < numbers.total:
        notes.append(
            f"All numbers are of all {numbers.total:,} rows. Of the rows {len(ended):,} are shown: "
            "some of every kind, drawn at random."
        )
    contents = _Contents(ledger.name, numbers, known, ended, inputs, group_field(inputs.values(), group))
    text, extra = _fitting(contents, notes, most_bytes)
    write_page(target, text)
    return Report(target, numbers.total, len(ended), len(text.encode()), (*notes, *extra))


@dataclass(frozen=True, slots=True)
class _Contents:
    """All that a page is made of."""

    ledger_name: str
    numbers: Numbers
    known: Material
    ended: Sequence[EndedRow]
    inputs: Mapping[int, Row]
    group: str


def _inputs(numbers: Numbers, ledger: Path, ended: Sequence[EndedRow]) -> tuple[dict[int, Row], str]:
    if not numbers.runs:
        return {}, "No run has begun on this ledger."
    wanted = {e.glance.position: e.glance.id for e in ended}
    return read_inputs(numbers.runs[-1], ledger, wanted)


def _fitting(contents: _Contents, notes: Sequence[str], most_bytes: int) -> tuple[str, list[str]]:
    """The page with texts as long as its size allows, and what it had to leave out."""
    text, said = "", []
    for most_characters in _CUTS:
        said = _said(most_characters) if most_characters != _CUTS[0] else []
        shown = show(contents.ended, contents.known, contents.inputs, contents.group, most_characters)
        text = _page(contents, [*notes, *said], packed({"rows": shown.rows, "shared": shown.shared}))
        if len(text) <= most_bytes:
            break
    return text, said


def _said(most_characters: int) -> list[str]:
    return [f"Texts longer than {most_characters:,} characters are cut here, to keep this page small."]


def _page(contents: _Contents, notes: Sequence[str], rows: str) -> str:
    numbers, name = contents.numbers, contents.ledger_name
    pair = pair_of(numbers.recipe)
    spec = numbers.runs[-1].spec if numbers.runs else {}
    meta = {
        "pair": pair,
        "checked": not numbers.recipe.get("engine"),
        "reference": spec.get("reference") or (pair[1] if numbers.recipe.get("engine") else ""),
        "input": ", ".join(Path(path).name for path in _inputs_named(spec)),
        "notes": list(notes),
        "facts": list(_facts(numbers.recipe)),
        "cost": cost(numbers, spec),
    }
    accepted = numbers.count("accepted")
    texts = {
        "title": name.removesuffix(".ledger"),
        "subtitle": _subtitle(numbers, pair),
        "plain": f"{numbers.total:,} rows: {accepted:,} accepted, {numbers.count('rejected'):,} rejected, "
        f"{numbers.count('failed'):,} failed, {numbers.count('pending'):,} pending.",
        "group": contents.group or "Source",
        "footer": f"Written by rtlglot {__version__} on {time.strftime('%Y-%m-%d %H:%M')} from {name}",
    }
    data = {"meta": plain_json(meta), "numbers": plain_json(counting.to_json(numbers)), "rows": rows}
    return page("page.html", REPORT, texts, data)


def _inputs_named(spec: Mapping[str, Json]) -> list[str]:
    given = spec.get("input") or []
    return [given] if isinstance(given, str) else list(given)


def pair_of(recipe: Mapping[str, Json]) -> list[str]:
    """[from field, to field] of a recipe."""
    pair = recipe.get("pair") or ["", ""]
    return pair.split(" -> ") if isinstance(pair, str) else list(pair)


def _subtitle(numbers: Numbers, pair: Sequence[str]) -> str:
    recipe = numbers.recipe
    parts = [" → ".join(pair) if recipe.get("engine") else f"check of {pair[-1]}"]
    if recipe.get("model"):
        parts.append(Path(str(recipe["model"]).rstrip("/")).name)
    parts.append(f"{numbers.total:,} rows")
    if numbers.runs:
        parts.append(time.strftime("%Y-%m-%d %H:%M", time.localtime(numbers.runs[-1].started)))
    return " · ".join(parts)


def _facts(recipe: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """What decided these outcomes, for people."""
    sampling = recipe.get("sampling") or {}
    if recipe.get("engine"):
        yield "engine", str(recipe["engine"])
        yield "model", str(recipe.get("model"))
        yield "temperature", str(sampling.get("temperature"))
        yield "top p", str(sampling.get("top_p"))
        yield "most tokens", str(sampling.get("max_tokens"))
        yield "samples", f"{recipe.get('samples')} ({recipe.get('choose')})"
        yield "repairs", str(recipe.get("repair"))
    if recipe.get("require", "auto") != "auto":
        yield "required", str(recipe["require"])
    yield "language", str(recipe.get("standard"))
    for check in recipe.get("checks") or ():
        tools = [
            f"{k} {v}"
            for k, v in check.items()
            if isinstance(v, str) and v and k not in ("check", "standard")
        ]
        yield f"check {check['check']}", ", ".join(tools) or "built in"


def cost(numbers: Numbers, spec: Mapping[str, Json]) -> str:
    """Money, where the run was told prices of a million tokens; '' elsewhere."""
    options = (spec.get("set") or {}).get("engine") or {}
    if options.get("price_in") is None or options.get("price_out") is None:
        return ""
    _, prompt, completion, _ = numbers.bought
    money = (prompt * float(options["price_in"]) + completion * float(options["price_out"])) / 1e6
    return f"{money:,.2f}"


def write_page(target: Path, text: str) -> None:
    """Whole or not at all. Raises OutputError, also where a file lies there that is no page of ours."""
    refuse_link(target)
    if target.is_file():
        with open(target, "rb") as file:
            if _OURS not in file.read(4096):
                raise OutputError(
                    f"{target} exists and is no page of rtlglot", hint="remove it, or name another with -o"
                )
    with open_sink(target) as out:
        out.write(text.encode())
