"""A byte that changed on the disk: what is read is what was written, or it is refused."""

import contextlib
import random
import sqlite3
import subprocess
import sys
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
        bought = reading.replies(db, attempts)
        reading.prefixes(db, [reply.prefix for reply in bought.values()])
        reading.recipe_body(db, reading.runs(db)[-1].recipe)
    with contextlib.closing(Ledger(path)) as ledger:
        replies = {a.request: ledger.reply(a.request, a.sample, a.attempt) for a in attempts}
    when = {key: reply._replace(created=0.0) for key, reply in bought.items()}  # no checksum covers it
    return [outcomes, texts, verdicts, replies, when]


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
        except LedgerError as error:  # no other error, and never without what to do
            assert error.hint, error  # noqa: PT017
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


def test_a_ledger_that_was_cut_off_is_refused_with_advice_or_whole(tmp_path: Path) -> None:
    path = usual_ledger(tmp_path, 20)
    with contextlib.closing(open_reading(path)) as db:
        recipe = reading.runs(db)[-1].recipe
    good, whole = everything(path, recipe), path.read_bytes()
    for length in (1, 50, 100, 4095, 4096, *range(4097, len(whole), len(whole) // 40)):
        path.write_bytes(whole[:length])
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        try:
            assert everything(path, recipe) == good, length
        except LedgerError as error:
            assert error.hint, (length, error)  # noqa: PT017


@pytest.mark.parametrize("table", ["replies", "outcomes", "verdicts", "texts"])
def test_text_that_is_no_utf8_is_damage(tmp_path: Path, table: str) -> None:
    path = usual_ledger(tmp_path, 5)
    column = {"replies": "message", "outcomes": "detail", "verdicts": "findings", "texts": "body"}[table]
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        (recipe,) = db.execute("SELECT recipe FROM runs").fetchone()
        db.execute(f"UPDATE {table} SET {column} = CAST(x'c3289fff' AS TEXT)")
    with pytest.raises(LedgerError, match="damaged") as raised:
        everything(path, recipe)
    assert "put back a copy" in raised.value.hint


def test_an_edited_prompt_is_damage(tmp_path: Path) -> None:
    path = usual_ledger(tmp_path, 5)
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        (recipe,) = db.execute("SELECT recipe FROM runs").fetchone()
        db.execute("UPDATE replies SET message = message || '!'")
    with pytest.raises(LedgerError, match="not what was written"):
        everything(path, recipe)


def test_an_index_that_has_lost_a_reply_is_noticed_before_it_is_bought_again(tmp_path: Path) -> None:
    path = usual_ledger(tmp_path, 20)
    with contextlib.closing(sqlite3.connect(path)) as db:
        (key,) = db.execute("SELECT request FROM replies LIMIT 1 OFFSET 7").fetchone()
    whole = path.read_bytes()
    places = [at for at in range(len(whole)) if whole.startswith(key, at)]
    assert len(places) >= 2  # in the table and in its index
    for at in places:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with contextlib.suppress(LedgerError), contextlib.closing(Ledger(path)) as ledger:
            assert ledger.reply(key, 0, 0) is not None


_KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from rtlglot.ledger import Ledger
from rtlglot.records import Finish, Message, Reply, Request, Sampling
async def main():
    ledger = Ledger(Path(sys.argv[1]))
    ledger.start_writing()
    for n in range(30):
        request = Request((Message("user", str(n)),), Sampling(10))
        await ledger.save_reply(bytes([n]) * 16, request, Reply("yes", Finish.STOP))
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


def test_a_log_that_was_cut_off_after_a_kill_is_noticed_before_anything_is_bought_again(
    tmp_path: Path,
) -> None:
    path, log = tmp_path / "a.ledger", tmp_path / "a.ledger-wal"
    subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)
    whole = {each.name: each.read_bytes() for each in tmp_path.iterdir()}

    def put_back(length: int | None) -> None:
        for each in tmp_path.iterdir():
            each.unlink()
        for name, data in whole.items():
            (tmp_path / name).write_bytes(data)
        log.write_bytes(whole[log.name][:length])

    for length in (0, 100, len(whole[log.name]) // 2, len(whole[log.name]) - 30):
        put_back(length)
        for _ in range(2):  # the next one is told as well
            with pytest.raises(
                LedgerError, match=r"has \d+ replies and had 30: its -wal file was cut off"
            ) as raised:
                Ledger(path)
            assert raised.value.hint.startswith(f"put it back; or remove {path}.lock")
        path.with_name("a.ledger.lock").unlink()
        Ledger(path).close()
    put_back(None)
    with contextlib.closing(Ledger(path)) as ledger:
        assert all(ledger.reply(bytes([n]) * 16, 0, 0) for n in range(30))
    put_back(None)
    path.unlink()  # begun anew by intention
    log.unlink()
    Ledger(path).close()
