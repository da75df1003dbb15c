"""One writer on a network file system: a lease that lives as long as its holder gives signs of life."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rtlglot.errors import LedgerError
from rtlglot.ledger import Ledger
from rtlglot.ledger.lease import Lease, Pace, lease_holder, lease_of
from rtlglot.records import Outcome, Reason, Status

QUICK = Pace(renew_s=0.05, stale_s=0.6, settle_s=0.2, look_s=0.02)
HOLD = """
import sys
from pathlib import Path
from rtlglot.errors import LedgerError
from rtlglot.ledger.lease import Lease, Pace
lease = Lease(Path(sys.argv[1]), Pace(renew_s=0.05, stale_s=0.6, settle_s=0.2, look_s=0.02))
print("held", flush=True)
sys.stdin.readline()
try:
    lease.guard()
except LedgerError as error:
    print(error, flush=True)
"""


def holding(ledger: Path) -> subprocess.Popen[str]:
    """Another process that has the lease."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ledger)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def elsewhere(ledger: Path) -> None:
    """A lease whose holder was on a host that is gone."""
    told = {"holder": "process 1 on gone", "pid": 1, "where": "gone", "token": "x", "sign": 4, "at": 0.0}
    lease_of(ledger).write_text(json.dumps(told))


def test_a_living_holder_is_named_and_keeps_it(tmp_path: Path) -> None:
    ledger = tmp_path / "l"
    with holding(ledger) as process:
        with pytest.raises(LedgerError, match=f"in use by process {process.pid}"):
            Lease(ledger, QUICK)
        assert f"process {process.pid}" in (lease_holder(ledger) or "")
        process.kill()
    lease = Lease(ledger, QUICK)
    lease.guard()
    lease.release()
    assert not lease_of(ledger).exists()
    assert lease_holder(ledger) is None


def test_a_holder_that_was_killed_on_this_host_keeps_nobody_waiting(tmp_path: Path) -> None:
    with holding(tmp_path / "l") as process:
        process.kill()
    begun = time.monotonic()
    Lease(tmp_path / "l", Pace(settle_s=0.1)).release()
    assert time.monotonic() - begun < 20, "45 s would be the patience with another host"


def test_a_dead_host_does_not_keep_it_for_ever(tmp_path: Path) -> None:
    elsewhere(tmp_path / "l")
    begun = time.monotonic()
    Lease(tmp_path / "l", QUICK).release()
    assert time.monotonic() - begun >= QUICK.stale_s


def test_a_holder_that_stood_still_commits_no_more(tmp_path: Path) -> None:
    ledger = tmp_path / "l"
    with holding(ledger) as process:
        os.kill(process.pid, signal.SIGSTOP)
        assert lease_holder(ledger) is not None, "its process lives"
        taken = Lease(ledger, QUICK)  # but it gives no sign
        os.kill(process.pid, signal.SIGCONT)
        out, _ = process.communicate("\n", timeout=20)
        assert f"taken over by process {os.getpid()}" in out
        taken.guard()
        taken.release()


def test_of_many_who_take_over_one_wins(tmp_path: Path) -> None:
    elsewhere(tmp_path / "l")
    won: list[Lease] = []

    def take() -> None:
        with contextlib.suppress(LedgerError):
            won.append(Lease(tmp_path / "l", QUICK))

    takers = [threading.Thread(target=take) for _ in range(6)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert len(won) == 1
    won[0].guard()
    won[0].release()


async def test_a_ledger_whose_lease_was_taken_over_refuses_to_commit(tmp_path: Path) -> None:
    path = tmp_path / "l"
    ledger = Ledger(path, Lease(path, Pace(renew_s=60)))
    ledger.start_writing()
    outcome = Outcome("a", Status.FAILED, Reason.EMPTY)
    await ledger.settle(b"recipe", b"content", outcome)
    elsewhere(path)
    with pytest.raises(LedgerError, match="taken over by process 1 on gone"):
        await ledger.settle(b"recipe", b"other", outcome)
    await ledger.stop_writing()
    ledger.close()
    assert lease_of(path).exists(), "it is the other's"
