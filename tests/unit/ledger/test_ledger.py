"""The ledger on real SQLite files."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rtlglot.errors import InputError, LedgerError
from rtlglot.ledger import Indexed, Ledger
from rtlglot.ledger.filesystem import is_network
from rtlglot.ledger.keys import KeysSeen, digest
from rtlglot.ledger.opening import open_reading
from rtlglot.ledger.recipe import Recipe, recipe_key
from rtlglot.records import (
    Attempt,
    CheckStatus,
    Finding,
    Finish,
    Message,
    Outcome,
    Pair,
    Reason,
    Reply,
    Request,
    Sampling,
    Severity,
    Status,
    Verdict,
)


def recipe(**changes: object) -> Recipe:
    values = {
        "pair": Pair("instruction", "description"),
        "prompt": "p",
        "engine": "scripted",
        "model": "m",
        "identity": {},
        "sampling": Sampling(100),
    }
    return Recipe(**(values | changes))  # type: ignore[arg-type]


def rows(count: int) -> list[Indexed]:
    return [Indexed(n, f"r{n}", bytes([n % 256]) * 16, f"line {n + 1}") for n in range(count)]


def outcome(id_: str, status: Status = Status.ACCEPTED, reason: Reason = Reason.OK) -> Outcome:
    return Outcome(id_, status, reason, text="text é \ud800" if status is Status.ACCEPTED else None)


async def settle_all(ledger: Ledger, key: bytes, outcomes: list[Outcome]) -> None:
    ledger.start_writing()
    content = {row.id: row.content for row in rows(2000)}
    await asyncio.gather(*(ledger.settle(key, content[o.id], o) for o in outcomes))
    await ledger.stop_writing()


async def test_what_is_settled_is_read_back_in_the_inputs_order(tmp_path: Path) -> None:
    with_attempts = Outcome(
        "r1",
        Status.REJECTED,
        Reason.CHECK_FAILED,
        text="module m; endmodule",
        detail="the check said no",
        texts=("a", "b"),
        think="hm",
        attempts=(Attempt(b"k" * 16, 1, 2, Reason.CHECK_FAILED, (b"v" * 16,), 1),),
        prompt_tokens=3,
        completion_tokens=4,
    )
    ledger = Ledger(tmp_path / "l.ledger")
    ledger.begin_run(recipe(), "{}")
    key = recipe_key(recipe())
    ledger.index(rows(1203))
    await settle_all(ledger, key, [outcome("r1202"), with_attempts])
    settled = list(ledger.settled(key))
    assert [s.id for s in settled] == [f"r{n}" for n in range(1203)]
    assert settled[1].outcome == with_attempts
    assert settled[1202].outcome is not None
    assert settled[1202].outcome.text == "text é ?"
    assert settled[0].outcome is None
    assert list(ledger.pending(key)) == [0, *range(2, 1202)]
    assert ledger.counts(key).outcomes == {("accepted", "ok"): 1, ("rejected", "check_failed"): 1}
    ledger.close()


async def test_a_changed_row_is_pending_again_and_a_shifted_one_is_not(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.ledger")
    key = recipe_key(recipe())
    ledger.index(rows(3))
    await settle_all(ledger, key, [outcome("r0"), outcome("r1"), outcome("r2")])
    new = Indexed(0, "new", b"n" * 16, "line 1")
    moved = [Indexed(n + 1, row.id, row.content, row.where) for n, row in enumerate(rows(3))]
    changed = moved[1]._replace(content=b"x" * 16)
    ledger.index([new, moved[0], changed, moved[2]])
    assert list(ledger.pending(key)) == [0, 2]
    ledger.close()


def test_a_duplicate_id_is_named_and_the_old_index_stays(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.ledger")
    assert ledger.index(rows(5)) == 5
    twice = [*rows(3), Indexed(7, "r1", b"z" * 16, "line 8")]
    with pytest.raises(
        InputError, match=r"in.jsonl, line 8: the id 'r1' occurs twice: as row 2 and as row 8"
    ):
        ledger.index(twice, "in.jsonl")
    assert ledger.has_row("r4")
    ledger.close()


async def test_replies_and_verdicts_are_remembered(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.ledger")
    ledger.start_writing()
    request = Request((Message("system", "s"), Message("user", "u")), Sampling(10), sample=1, attempt=2)
    reply = Reply("text", Finish.LENGTH, 5, 10, 4, "thought", 0.5)
    verdict = Verdict(
        "syntax", CheckStatus.FAIL, (Finding(Severity.ERROR, "Bad", "is bad", 3, 4),), 0.1, {"n": 1}
    )
    await asyncio.gather(
        ledger.save_reply(b"k" * 16, request, reply), ledger.save_verdict(b"v" * 16, verdict)
    )
    assert ledger.reply(b"k" * 16, 1, 2) == reply
    assert ledger.reply(b"k" * 16, 0, 2) is None
    assert ledger.reply(b"l" * 16, 1, 2) is None
    assert ledger.verdict(b"v" * 16) == verdict
    await ledger.stop_writing()
    ledger.close()


async def test_redo_adopts_the_good_rows_under_the_new_recipe(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.ledger")
    old, new = recipe(), recipe(sampling=Sampling(800))
    ledger.index(rows(4))
    ledger.begin_run(old, "{}")
    settled = [
        outcome("r0"),
        outcome("r1", Status.FAILED, Reason.TRUNCATED),
        outcome("r2", Status.FAILED, Reason.EMPTY),
        outcome("r3", Status.REJECTED, Reason.CHECK_FAILED),
    ]
    await settle_all(ledger, recipe_key(old), settled)
    ledger.begin_run(new, "{}")
    assert ledger.redo(recipe_key(new), recipe_key(old), ["truncated", "rejected"]) is False
    assert list(ledger.pending(recipe_key(new))) == [1, 3]
    assert ledger.round(recipe_key(new)) == 1
    assert list(ledger.pending(recipe_key(old))) == []

    await settle_all(ledger, recipe_key(new), [outcome("r1", Status.FAILED, Reason.TRUNCATED)])
    # Killed here: the same command goes on instead of throwing r1 away again.
    assert ledger.redo(recipe_key(new), recipe_key(new), ["truncated", "rejected"]) is True
    assert list(ledger.pending(recipe_key(new))) == [3]
    ledger.finish_redo(recipe_key(new))
    # Finished: asked again it is a new redo, also under an unchanged recipe.
    assert ledger.redo(recipe_key(new), recipe_key(new), ["truncated"]) is False
    assert list(ledger.pending(recipe_key(new))) == [1, 3]
    assert ledger.round(recipe_key(new)) == 2
    ledger.close()


HOLD = """
import sys, time
from pathlib import Path
from rtlglot.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def hold(path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_process_is_told_who_holds_the_ledger_and_a_dead_one_never_blocks(tmp_path: Path) -> None:
    path = tmp_path / "l.ledger"
    process = hold(path)
    try:
        with pytest.raises(LedgerError, match=f"in use by process {process.pid} on "):
            Ledger(path)
        reader = open_reading(path)
        reader.close()
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]
    Ledger(path).close()


def test_a_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "l.ledger"
    path.write_bytes(b"this is not SQLite at all, just some bytes" * 50)
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="cannot be opened as a ledger"):
        Ledger(path)
    assert path.read_bytes() == before


FULL = """
import asyncio, resource, sys
from pathlib import Path
from rtlglot.errors import LedgerError
from rtlglot.ledger import Ledger
from rtlglot.records import *

async def fill():
    ledger = Ledger(Path(sys.argv[1]))
    ledger.start_writing()
    request = Request((Message("user", "x" * 1000),), Sampling(1))
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    for n in range(2000):
        try:
            await ledger.save_reply(n.to_bytes(16, "big"), request, Reply("y" * 1000, Finish.STOP))
        except LedgerError as error:
            print(n, error, "|", error.hint)
            return
    print("never full")

asyncio.run(fill())
"""


def test_a_disk_that_fills_up_is_told_and_what_was_committed_stays(tmp_path: Path) -> None:
    path = tmp_path / "l.ledger"
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    number, _, message = run.stdout.partition(" ")
    assert "the ledger could not be written" in message
    ledger = Ledger(path)
    assert int(number) > 10
    assert all(ledger.reply(n.to_bytes(16, "big"), 0, 0) for n in range(int(number)))
    ledger.close()


def test_network_file_systems_are_known() -> None:
    mounts = "\n".join(
        [
            "/dev/sda1 / ext4 rw 0 0",
            "server:/home /home nfs4 rw,vers=4.2 0 0",
            "tmpfs /home/local\\040disk tmpfs rw 0 0",
        ]
    )
    assert is_network(Path("/home/me/x.ledger"), mounts)
    assert not is_network(Path("/srv/x.ledger"), mounts)
    assert not is_network(Path("/home/local disk/x.ledger"), mounts)


def test_a_key_that_was_added_is_never_denied() -> None:
    keys = [digest(str(number)) for number in range(4000)]
    seen = KeysSeen(unknown=False)
    for key in keys[:2000]:
        seen.add(key)
    assert all(key in seen for key in keys[:2000])
    assert sum(key in seen for key in keys[2000:]) < 10
    assert keys[-1] in KeysSeen(unknown=True)
