"""The ledger of a run: where it lies, who else may hold it, and what it takes over when it is new."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from rtlglot.errors import LedgerError
from rtlglot.formats import refuse_other_parts, shard_from, whole_of
from rtlglot.ledger import Ledger
from rtlglot.ledger.copies import Copies, bring, local_of
from rtlglot.ledger.lock import take_lock
from rtlglot.ledger.opening import holder


def ledger_of(output: Path) -> Path:
    """Beside the output."""
    return output.with_name(output.name + ".ledger")


def part_of(output: Path, shard: str) -> Path:
    """The output itself, or a shard's part. Raises UsageError where there are parts of another number."""
    part = shard_from(shard)
    if part is None:
        return output
    refuse_other_parts(output, part)
    return part.named(output)


@contextlib.contextmanager
def open_ledger(output: Path, *, shard: str = "", ledger_dir: str = "") -> Iterator[Ledger]:
    """The ledger of the job that writes `output`, locked and open for work.

    With a `ledger_dir` it works there, and whole copies of it go beside the output. A shard that begins
    takes over what the ledger of the whole job knows. Raises LedgerError.
    """
    beside = ledger_of(output)
    with contextlib.ExitStack() as stack:
        lock = take_lock(beside)
        stack.callback(lock.release)
        path = beside
        if ledger_dir and Path(ledger_dir).resolve() == output.parent.resolve():
            ledger_dir = ""  # it is there already
        if ledger_dir:
            Path(ledger_dir).mkdir(parents=True, exist_ok=True)
            path = local_of(beside, Path(ledger_dir))
            bring(beside, path)
        ledger = stack.enter_context(contextlib.closing(Ledger(path, lock)))
        if ledger_dir:
            stack.enter_context(contextlib.closing(Copies(path, beside)))
        if shard:
            take_over(ledger, ledger_of(whole_of(output)[0]))
        yield ledger


def take_over(ledger: Ledger, whole: Path) -> None:
    """What the ledger of the whole job knows, where this one is new. Raises LedgerError where that is in
    use."""
    if ledger.last_recipe() is not None or not whole.exists():
        return
    if (working := holder(whole)) is not None:
        raise LedgerError(
            f"{whole} is in use by {working}, and this shard would take over what it knows",
            hint="stop that run first: its shards go on where it was",
        )
    ledger.absorb(whole)
