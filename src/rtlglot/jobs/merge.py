"""Merge: the shards of a job become the job: one ledger, one output, what is missing is named."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from rtlglot.errors import UsageError
from rtlglot.formats import Shard, parts_of, whole_of
from rtlglot.ledger import reading
from rtlglot.ledger.counts import Counts
from rtlglot.ledger.counts import counts as count_rows
from rtlglot.ledger.opening import holder, open_reading
from rtlglot.ledger.reading import RunRecord
from rtlglot.options import fill
from rtlglot.records import Json, Status
from rtlglot.run.assemble import describe, gather
from rtlglot.run.deliver import Delivery, check_output, deliver
from rtlglot.run.ledgers import ledger_of, open_ledger
from rtlglot.run.settle import Rows
from rtlglot.run.spec import Spec

_NAMED = 10
"""So many missing rows are named."""
_OWN = ("shard", "until", "ledger_dir", "output", "redo")
"""What a shard says of itself, and not of the whole job."""
_OWN_FLAGS = ("--shard", "--until", "--ledger-dir", "--output", "-o", "--redo")


@dataclass(frozen=True, slots=True)
class MergeSummary:
    """What the whole is. Every row of the input is in `total` and in exactly one of the other counts."""

    total: int
    accepted: int = 0
    rejected: int = 0
    failed: int = 0
    pending: int = 0
    absent: tuple[str, ...] = ()
    """Shards without a ledger here: '3/8'."""
    unfinished: Mapping[str, int] = field(default_factory=dict)
    """Shard -> its rows without an outcome."""
    running: Mapping[str, str] = field(default_factory=dict)
    """Shard -> who works on it now."""
    missing: tuple[str, ...] = ()
    """The ids of the first rows without an outcome."""
    command: tuple[str, ...] = ()
    """What works out the rest on one machine; empty where the ledgers do not know it."""
    output: str = ""
    ledger: str = ""

    @property
    def exit_code(self) -> int:
        """0 every row has its outcome, 75 some are missing."""
        return 75 if self.pending else 0


@dataclass(frozen=True, slots=True)
class _Part:
    """A shard that is here."""

    shard: Shard
    path: Path
    last: RunRecord
    recipe: Mapping[str, Json]
    pending: int


def merge(outputs: Sequence[str], output: str = "") -> MergeSummary:
    """Put the shards with these outputs together, and those beside them; into out.jsonl of
    out.2-of-8.jsonl where no `output` is named. Raises UsageError where they are not of one job."""
    if not outputs:
        raise UsageError("no shard is named", hint="rtlglot merge out.*-of-8.jsonl")
    named = {whole_of(Path(path)) for path in outputs}
    if len({(whole, shard.of) for whole, shard in named}) > 1:
        raise UsageError("these are shards of several outputs", hint="merge each output by itself")
    whole, any_shard = next(iter(named))
    found = (_part(shard, path) for shard, path in parts_of(whole).items() if shard.of == any_shard.of)
    parts = [part for part in found if part is not None]
    if not parts:
        raise UsageError(f"no shard of {whole} has begun", hint="OUT.I-of-N.SUFFIX.ledger is what is merged")
    _refuse_strangers(parts)
    return _merged(parts, any_shard, Path(output) if output else whole)


def _part(shard: Shard, path: Path) -> _Part | None:
    """None where no run of it has begun."""
    ledger = ledger_of(path)
    with contextlib.closing(open_reading(ledger)) as db:
        runs = reading.runs(db)
        if not runs:
            return None
        last = runs[-1]
        return _Part(
            shard, path, last, reading.recipe_body(db, last.recipe), count_rows(db, last.recipe).pending
        )


def _refuse_strangers(parts: Sequence[_Part]) -> None:
    first = parts[0]
    for part in parts[1:]:
        if part.last.recipe != first.last.recipe:
            names = sorted(n for n in part.recipe if part.recipe[n] != first.recipe.get(n))
            raise UsageError(
                f"{part.path} was not made as {first.path} was: {', '.join(names) or 'the recipe'} differs",
                hint="run the shards again with the same flags; replies that are there are not bought again",
            )


def _merged(parts: Sequence[_Part], any_shard: Shard, output: Path) -> MergeSummary:
    last = parts[-1].last
    spec = fill(Spec, {name: value for name, value in last.spec.items() if name not in _OWN})
    materials = gather(spec)
    delivery = Delivery(output, spec.target, spec.keep_think, materials.rating, spec.existing)
    check_output(delivery)
    command = _command(last.command, output)
    with open_ledger(output) as ledger:
        for part in parts:
            ledger.absorb(ledger_of(part.path))
        Rows(materials.dataset, last.recipe, materials.reads).index(ledger)
        run = ledger.go_on(last.recipe, describe(replace(spec, output=str(output))), command)
        counts = ledger.counts(last.recipe)
        if not counts.pending:
            ledger.finish_redo(last.recipe)
        deliver(delivery, materials.dataset, ledger, last.recipe)
        ledger.end_run(run, "stopped" if counts.pending else "done")
        missing = islice((row.id for row in ledger.settled(last.recipe) if row.outcome is None), _NAMED)
        first = tuple(missing) if counts.pending else ()
    return _summary(parts, any_shard, counts, MergeSummary(
        total=counts.total, missing=first, command=command, output=str(output), ledger=str(ledger_of(output)),
    ))  # fmt: skip


def _summary(parts: Sequence[_Part], any_shard: Shard, counts: Counts, begun: MergeSummary) -> MergeSummary:
    here = {part.shard for part in parts}
    working = {str(part.shard): holder(ledger_of(part.path)) for part in parts}
    return replace(
        begun,
        accepted=counts.count(Status.ACCEPTED),
        rejected=counts.count(Status.REJECTED),
        failed=counts.count(Status.FAILED),
        pending=counts.pending,
        absent=tuple(str(shard) for shard in any_shard.others() if shard not in here),
        unfinished={str(part.shard): part.pending for part in parts if part.pending},
        running={shard: who for shard, who in working.items() if who},
    )


def _command(words: Sequence[str], output: Path) -> tuple[str, ...]:
    """A shard's command line as it is for the whole job on one machine."""
    kept: list[str] = []
    skip = False
    for word in words:
        name, equals, _ = word.partition("=")
        if skip:
            skip = False
        elif name in _OWN_FLAGS:
            skip = not equals
        else:
            kept.append(word)
    return (*kept, "--output", str(output)) if kept else ()
