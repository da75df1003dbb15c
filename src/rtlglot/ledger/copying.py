"""Replies of one ledger into another: what was bought for a preview serves the run that follows."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

from rtlglot.ledger import Ledger


def copy_replies(source: Path, target: Path) -> None:
    """Replies, and the prompts that they were bought with; both ledgers are locked meanwhile.

    Raises LedgerError where another process works on one of them.
    """
    with ExitStack() as stack:
        for path in (source, target):
            stack.enter_context(closing(Ledger(path)))  # of today's schema, both
        db = stack.enter_context(closing(sqlite3.connect(target, timeout=60, isolation_level=None)))
        db.execute("ATTACH ? AS source", (str(source),))
        db.execute("BEGIN IMMEDIATE")
        for table in ("prefixes", "replies"):
            db.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM source.{table}")
        db.execute("COMMIT")
