"""The input's rows, read again: the ledger keeps what came of a row, not the row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from rtlglot.errors import RtlglotError
from rtlglot.formats import Selection, data_files, open_dataset
from rtlglot.ledger.opening import find_input
from rtlglot.ledger.reading import RunRecord
from rtlglot.records import Json, Row
from rtlglot.stores.remote import is_url

FARTHEST = 1_000_000
"""Rows of the input that are passed over at most to find those that are shown."""

Wanted = Mapping[int, str]
"""{position: id}."""


def read_inputs(run: RunRecord, ledger: Path, wanted: Wanted) -> tuple[dict[int, Row], str]:
    """The rows at positions, and one sentence where something is missing or doubtful ('' where not)."""
    spec = run.spec
    given = spec.get("input") or ""
    url = next((name for name in ([given] if isinstance(given, str) else given) if is_url(name)), "")
    path = Path(url) if url else find_input(spec, ledger)
    if path is None:
        return {}, f"The input {spec.get('input')!r} is not here: the prompts show what was asked."
    try:
        several = spec["input"] if not isinstance(spec["input"], str) and len(spec["input"]) > 1 else None
        found = _read(several or url or path, spec, wanted)
    except (RtlglotError, OSError, ValueError) as error:
        return {}, f"The input {path.name} could not be read again: {error}"
    within = sum(1 for position in wanted if position < FARTHEST)
    if len(found) < within:
        return found, f"The input {path.name} has changed since: {within - len(found)} rows are not in it."
    if len(found) < len(wanted):
        return found, f"Inputs are shown for the first {FARTHEST:,} rows only; the prompts have the rest."
    if path.is_file() and path.stat().st_mtime > run.started:
        return found, f"The input {path.name} was written after this run: what is shown of it may differ."
    return found, ""


def _read(path: str | Path | list[str], spec: Mapping[str, Json], wanted: Wanted) -> dict[int, Row]:
    last = min(max(wanted, default=0), FARTHEST)
    found: dict[int, Row] = {}
    for position, row in _numbered(path, spec):
        if position > last:
            break
        if wanted.get(position) == row.id:
            found[position] = row
    return found


def _numbered(path: str | Path | list[str], spec: Mapping[str, Json]) -> Iterator[tuple[int, Row]]:
    """The input's rows with the positions that its ledger gave them; on a cluster its files follow each
    other."""
    format, selection = spec.get("format") or None, Selection.of(spec)
    if spec.get("cluster"):
        yield from enumerate(
            row for file in data_files(str(path)) for row in open_dataset(file, selection, format=format)
        )
    else:
        yield from ((row.position, row) for row in open_dataset(path, selection, format=format))


GROUP_FIELDS = ("source", "topic", "origin", "dataset", "category", "difficulty")
"""Fields that are offered as a filter where the user names none, in this order."""
_MOST_GROUPS = 60


def group_field(rows: Collection[Row], asked: str = "") -> str:
    """The field by which rows can be filtered; '' where none has between 2 and 60 values."""
    for name in (asked,) if asked else GROUP_FIELDS:
        values = {str(row.fields[name]) for row in rows if row.fields.get(name) is not None}
        if len(values) <= _MOST_GROUPS and (len(values) > 1 or (asked and values)):
            return name
    return ""
