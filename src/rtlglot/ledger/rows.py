"""The table of the input's rows: taken in anew, or kept where the input is as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson

from rtlglot.errors import DuplicateId
from rtlglot.ledger.connection import rollback
from rtlglot.records import Outcome


class Indexed(NamedTuple):
    """One row of the input, as indexed."""

    position: int
    id: str
    content: bytes
    where: str


class Settled(NamedTuple):
    """One row of the input with what it ended as; outcome None while it is pending."""

    position: int
    id: str
    outcome: Outcome | None


class Index(NamedTuple):
    """What an index was made of, and what a pass over the input told besides."""

    stamp: str
    """Names the input's state, the selection and what is read of a row; '' where that cannot be told."""
    columns: tuple[str, ...]
    rows: int = 0


def take_in(db: sqlite3.Connection, rows: Iterable[Indexed], name: str) -> int:
    """Replace the table's rows, all or nothing; how many there are.

    Raises DuplicateId for an id that occurs twice, naming both places in the input of that name.
    """
    count = 0
    row: Indexed | None = None

    def parameters() -> Iterator[tuple[int, str, bytes]]:
        nonlocal row, count
        for row in rows:
            count += 1
            yield row.position, row.id, row.content

    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("DELETE FROM meta WHERE key = 'index'")
        db.execute("DELETE FROM rows")
        db.executemany("INSERT INTO rows VALUES (?, ?, ?)", parameters())
        db.execute("COMMIT")
    except sqlite3.IntegrityError as error:
        assert row is not None
        (first,) = db.execute("SELECT position FROM rows WHERE id = ?", (row.id,)).fetchone()
        rollback(db)
        raise DuplicateId(
            f"the id {row.id!r} occurs twice: as row {first + 1} and as row {row.position + 1}",
            file=name,
            row=row.where,
            hint="give another field as the id with --id FIELD, or mend the input",
        ) from error
    except BaseException:
        rollback(db)
        raise
    return count


def keep(db: sqlite3.Connection, index: Index) -> None:
    """Remember what the table's rows were made of."""
    if index.stamp:
        value = orjson.dumps(list(index)).decode()
        db.execute("INSERT OR REPLACE INTO meta VALUES ('index', ?)", (value,))


def kept(db: sqlite3.Connection, stamp: str) -> Index | None:
    """The index of an input in the state that `stamp` names, where the table's rows are it."""
    found = db.execute("SELECT value FROM meta WHERE key = 'index'").fetchone()
    if not stamp or found is None:
        return None
    of, columns, rows = orjson.loads(found[0])
    return Index(of, tuple(columns), rows) if of == stamp else None
