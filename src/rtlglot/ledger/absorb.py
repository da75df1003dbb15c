"""What another ledger knows is taken over, key by key: replies bought by one serve all."""

from __future__ import annotations

import sqlite3

from rtlglot.ledger.connection import transaction
from rtlglot.ledger.intact import checksum
from rtlglot.ledger.outcomes import ADOPTED, COLUMNS

_OWN = ("prefixes", "texts", "replies")
"""Tables whose entries are the same wherever their key is: what is there stays."""
_NEWEST = {"verdicts": ("verdict",), "outcomes": ("recipe", "id", "content")}
"""Tables in which the later entry of a key counts, with the key."""
_BATCH_ROWS = 2000


def absorb(db: sqlite3.Connection, source: sqlite3.Connection, *, outcomes: bool = True) -> None:
    """Take over what the ledger `source` knows, in one transaction; the rows of its input stay its own.

    Without `outcomes` only what was bought and found: rows are walked again with it, at no cost.
    """
    with transaction(db):
        for table in _OWN:
            _copy(source, db, table, "ON CONFLICT DO NOTHING")
        for table, key in _NEWEST.items():
            if outcomes or table != "outcomes":
                _copy(source, db, table, _later(source, table, key))
        if outcomes:
            _copy(source, db, "recipes", _HIGHER)
            _take_runs(source, db)


def number(db: sqlite3.Connection, recipe: bytes) -> None:
    """Outcomes under plain ids become those of the rows that are known by number, '7: x', for x: a shard that
    saw no id twice had no reason to number its rows."""
    query = f"""
        SELECT r.id, {COLUMNS}, o.created FROM rows r JOIN outcomes o
        ON o.recipe = ? AND o.content = r.content AND o.id = substr(r.id, instr(r.id, ': ') + 2)"""
    insert = f"INSERT OR IGNORE INTO outcomes (recipe, {ADOPTED}) VALUES ({', '.join('?' * 15)})"
    with transaction(db):
        for id_, *columns, found, created in db.execute(query, (recipe,)):
            if checksum(columns) == found:  # a damaged one is found where it is read, and told
                columns[0] = id_
                db.execute(insert, (recipe, *columns, checksum(columns), created))


_HIGHER = (
    "ON CONFLICT (recipe) DO UPDATE SET round = max(round, excluded.round), "
    "redoing = max(redoing, excluded.redoing)"
)


def columns_of(db: sqlite3.Connection, table: str) -> list[str]:
    """Names of a table's columns."""
    return [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]


def _later(db: sqlite3.Connection, table: str, key: tuple[str, ...]) -> str:
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns_of(db, table) if name not in key)
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed} WHERE excluded.created > {table}.created"


def _copy(source: sqlite3.Connection, db: sqlite3.Connection, table: str, conflict: str) -> None:
    names = columns_of(source, table)
    columns, marks = ", ".join(names), ", ".join("?" * len(names))
    cursor = source.execute(f"SELECT {columns} FROM {table}")
    while batch := cursor.fetchmany(_BATCH_ROWS):
        db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks}) {conflict}", batch)


def _take_runs(source: sqlite3.Connection, db: sqlite3.Connection) -> None:
    """Runs have no key but when they worked; one that may be working yet is left until it has ended."""
    columns = "recipe, spec, command, started, ended, ending"
    later = "ended IS NOT NULL OR run < (SELECT max(run) FROM runs)"
    for run in source.execute(f"SELECT {columns} FROM runs WHERE {later} ORDER BY run"):
        same = "SELECT 1 FROM runs WHERE started = ? AND spec = ?"
        if db.execute(same, (run[3], run[1])).fetchone() is None:
            db.execute(f"INSERT INTO runs ({columns}) VALUES (?, ?, ?, ?, ?, ?)", run)
