"""Rows for the tests of formats: strategies, and the shortest ways to write and read a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from rtlglot.formats import Selection, open_dataset, open_writer

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
"""All of Unicode but surrogates: quotes, newlines, NUL, what no font has."""

NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
"""JSON number literals (RFC 8259, section 6)."""

JSON_TEXT = st.recursive(
    st.one_of(st.sampled_from(["null", "true", "false"]), NUMBER, TEXT.map(json.dumps)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: "[" + ", ".join(items) + "]"),
        st.dictionaries(TEXT, inner, max_size=4).map(
            lambda members: "{" + ", ".join(f"{json.dumps(k)}: {v}" for k, v in members.items()) + "}"
        ),
    ),
    max_leaves=12,
)
"""JSON texts, with their number literals as someone may have written them."""

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def exactly(value: Any) -> Any:
    """A value with the types of its numbers beside them, so that 1, 1.0 and True differ."""
    if isinstance(value, Mapping):
        return {key: exactly(member) for key, member in value.items()}
    if isinstance(value, list):
        return [exactly(member) for member in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ("number", str(value))
    return value


def read(path: Path | str, **selection: Any) -> list[tuple[str, dict[str, Any]]]:
    """(id, fields) of all rows."""
    with open_dataset(path, Selection(**selection)) as dataset:
        return [(row.id, dict(row.fields)) for row in dataset]


def write(path: Path | str, rows: Iterable[tuple[str, Mapping[str, Any]]], **options: Any) -> Path:
    """Write rows of (id, fields)."""
    with open_writer(path, **options) as writer:
        for id_, fields in rows:
            writer.write(id_, fields)
    return Path(path)


def put(path: Path, data: bytes | str) -> Path:
    """A file with this content."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
