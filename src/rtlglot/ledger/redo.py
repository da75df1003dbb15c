"""Redo: some outcomes are worked out again, the good ones stay although a parameter changed.

A redo is marked on its recipe in the transaction that frees the rows, and unmarked when every row has
its outcome again. So a killed redo goes on where it was, and a finished one can be asked for anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from rtlglot.ledger.connection import rollback
from rtlglot.ledger.outcomes import ADOPTED


def redo(db: sqlite3.Connection, recipe: bytes, previous: bytes | None, chosen: Collection[str]) -> bool:
    """Free what is chosen, keep the rest; True where an unfinished redo goes on.

    `chosen` are statuses or reasons. `previous` is the recipe whose outcomes are adopted.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        (redoing,) = db.execute("SELECT redoing FROM recipes WHERE recipe = ?", (recipe,)).fetchone()
        if not redoing:
            if previous is not None and previous != recipe:
                _adopt(db, recipe, previous)
            _free(db, recipe, chosen)
        db.execute("COMMIT")
    except BaseException:
        rollback(db)
        raise
    return bool(redoing)


def finish_redo(db: sqlite3.Connection, recipe: bytes) -> None:
    """Unmark the recipe."""
    db.execute("UPDATE recipes SET redoing = 0 WHERE recipe = ?", (recipe,))


def _adopt(db: sqlite3.Connection, recipe: bytes, previous: bytes) -> None:
    # What the new recipe already has is newer: it stays.
    db.execute(
        f"INSERT OR IGNORE INTO outcomes (recipe, {ADOPTED}) "
        f"SELECT ?, {ADOPTED} FROM outcomes WHERE recipe = ?",
        (recipe, previous),
    )


def _free(db: sqlite3.Connection, recipe: bytes, chosen: Collection[str]) -> None:
    marks = ", ".join("?" * len(chosen))
    names = list(chosen)
    db.execute(
        f"DELETE FROM outcomes WHERE recipe = ? AND (status IN ({marks}) OR reason IN ({marks})) "
        "AND id IN (SELECT id FROM rows)",
        (recipe, *names, *names),
    )
    # A new round: the same request is asked again instead of giving the reply that is to be replaced.
    db.execute("UPDATE recipes SET redoing = 1, round = round + 1 WHERE recipe = ?", (recipe,))
