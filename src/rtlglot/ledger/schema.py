"""The schema of a ledger: made anew, brought up from the version before, or refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from rtlglot.errors import LedgerError
from rtlglot.ledger.connection import RECOVER, rollback
from rtlglot.ledger.migrate import from_1

SCHEMA = 2


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Make the tables, or bring those of the version before to this one's; all or nothing.

    Raises LedgerError for a ledger of another version, and for one whose pages are damaged: what cannot be
    found in it would be bought again without a word.
    """
    found = version(db, path)
    if found is not None and (said := db.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
        raise LedgerError(f"{path} is damaged: {said}", hint=RECOVER)
    if found == SCHEMA:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        found = version(db, path)  # again: another process may have been here
        if found == 1:
            from_1(db, statements())
        elif found is None:
            for statement in statements():
                db.execute(statement)
        db.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", (str(SCHEMA),))
        db.execute("COMMIT")
    except BaseException:
        rollback(db)
        raise


def version(db: sqlite3.Connection, path: Path) -> int | None:
    """The schema's version; None where there are no tables yet. Raises LedgerError for an unknown one."""
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        return None
    (found,) = db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() or ("none",)
    if found not in ("1", str(SCHEMA)):
        raise LedgerError(
            f"{path} was written by another version of rtlglot (schema {found}, here {SCHEMA})",
            hint="use the version that wrote it, or move it away to begin anew",
        )
    return int(found)


def statements() -> Iterator[str]:
    """What makes the tables, one statement at a time."""
    script = resources.files("rtlglot.ledger").joinpath("schema.sql").read_text(encoding="utf-8")
    lines = (line.partition("--")[0] for line in script.splitlines())
    return (statement for statement in "\n".join(lines).split(";") if statement.strip())
