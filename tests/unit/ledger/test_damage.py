"""A byte that changed on the disk: what is read is what was written, or it is refused."""

import contextlib
import random
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.browser.ledgers import usual_ledger

from rtlglot.errors import LedgerError
from rtlglot.ledger import Ledger, reading
from rtlglot.ledger.opening import open_reading

POSITIONS = 400


def everything(path: Path, recipe: bytes) -> list[Mapping[Any, Any]]:
    """Outcomes, texts, verdicts and replies, as far as they can be read; damage is raised."""
    with contextlib.closing(open_reading(path)) as db:
        outcomes = {id_: outcome for id_, outcome, _ in reading.outcomes_at(db, recipe, range(40)).values()}
        attempts = [a for outcome in outcomes.values() if outcome for a in outcome.attempts]
        texts = reading.texts(db, [a.text for a in attempts])
        verdicts = reading.verdicts(db, [key for a in attempts for key in a.verdicts])
    with contextlib.closing(Ledger(path)) as ledger:
        replies = {a.request: ledger.reply(a.request, a.sample, a.attempt) for a in attempts}
    return [outcomes, texts, verdicts, replies]


def test_a_flipped_byte_is_noticed_or_does_not_matter(tmp_path: Path) -> None:
    path = usual_ledger(tmp_path, 20)
    with contextlib.closing(open_reading(path)) as db:
        recipe = reading.runs(db)[-1].recipe
    good, whole = everything(path, recipe), bytearray(path.read_bytes())
    draw = random.Random(7)
    noticed = 0
    for _ in range(POSITIONS):
        at = draw.randrange(len(whole))
        changed = bytearray(whole)
        changed[at] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        try:
            found = everything(path, recipe)
        except (LedgerError, sqlite3.Error):
            noticed += 1
            continue
        for was, is_ in zip(good, found, strict=True):
            # what is not found is worked out again; what is found is what was written
            assert all(is_[key] == was[key] for key in is_ if is_[key] is not None and key in was), at
    assert noticed > 20


def test_the_error_says_what_to_forget(tmp_path: Path) -> None:
    path = usual_ledger(tmp_path, 5)
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        (recipe,) = db.execute("SELECT recipe FROM runs").fetchone()
        db.execute("UPDATE texts SET body = replace(body, 'assign q', 'assign  q')")
    with pytest.raises(LedgerError, match="the ledger is damaged") as raised:
        everything(path, recipe)
    assert "sqlite3 LEDGER \"DELETE FROM texts WHERE text = x'" in raised.value.hint
