"""Merge: the shards of a job become the job: one ledger, one output, what is missing is named."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import orjson

from rtlglot.errors import UsageError
from rtlglot.formats import ANSWERS_FILE, PROBLEMS_FILE, Shard, open_dataset, parts_of, whole_of
from rtlglot.jobs.check import Examination
from rtlglot.jobs.check_spec import CheckSpec
from rtlglot.jobs.roundtrip import results_of, write_results
from rtlglot.jobs.verdicts import files_of
from rtlglot.ledger import Ledger, reading
from rtlglot.ledger.counts import Counts
from rtlglot.ledger.counts import counts as count_rows
from rtlglot.ledger.opening import holder, open_reading
from rtlglot.ledger.reading import RunRecord
from rtlglot.ledger.recipe import recipe_body
from rtlglot.options import fill
from rtlglot.records import Json, Status
from rtlglot.run.assemble import gather
from rtlglot.run.deliver import Delivery, check_output, deliver
from rtlglot.run.ledgers import ledger_of, open_ledger
from rtlglot.run.settle import Rows
from rtlglot.run.spec import Spec, describe
from rtlglot.stores.remote import here, is_url

_NAMED = 10
"""So many missing rows are named."""
_OWN = ("shard", "until", "ledger_dir", "redo")
"""What a shard says of itself, and not of the whole job."""
_OWN_FLAGS = ("--shard", "--until", "--ledger-dir", "--redo")


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
    whole, any_shard = shards_named(outputs)
    found = (_part(shard, path) for shard, path in parts_of(whole).items() if shard.of == any_shard.of)
    parts = [part for part in found if part is not None]
    if not parts:
        raise UsageError(f"no shard of {whole} has begun", hint="OUT.I-of-N.SUFFIX.ledger is what is merged")
    _refuse_strangers(parts)
    job = _job(parts[-1], output, whole)
    merged = _merged(parts, any_shard, job)
    if any(results_of(part.path).exists() for part in parts):
        write_results(Delivery(job.output, ""))
    return merged


def shards_named(outputs: Sequence[str]) -> tuple[Path, Shard]:
    """The whole that these are shards of, and any of them. Raises UsageError."""
    if not outputs:
        raise UsageError("no shard is named", hint="rtlglot merge out.*-of-8.jsonl")
    named = {whole_of(here(path)) for path in outputs}
    if len({(whole, shard.of) for whole, shard in named}) > 1:
        raise UsageError("these are shards of several outputs", hint="merge each output by itself")
    return next(iter(named))


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
            differing = _differing(part.recipe, first.recipe)
            raise UsageError(
                f"{part.path} was not made as {first.path} was: {differing} differs",
                hint="run the shards again with the same flags; replies that are there are not bought again",
            )


def _differing(one: Mapping[str, Json], other: Mapping[str, Json]) -> str:
    return ", ".join(sorted(name for name in one if one[name] != other.get(name))) or "the recipe"


class _Job(Protocol):
    """The whole that shards are of: it knows its rows, and how they are delivered."""

    spec: Any
    output: Path
    place: tuple[str, str]
    """The flag that names the output, and what it is given."""

    def index(self, ledger: Ledger) -> None:
        """Take in the rows of the whole."""

    def write(self, ledger: Ledger) -> None:
        """What is known of them, into the outputs."""


class _Transform:
    """Of `transform`, and of all that is one: a round trip, the answers of an evaluation."""

    def __init__(self, part: _Part, output: str, whole: Path) -> None:
        own = _values(part)
        output = _target(output, str(own["output"]), whole)
        self.place = ("--output", output)
        if part.path.name == ANSWERS_FILE:  # an evaluation's folder
            own["input"], output = str(Path(output) / PROBLEMS_FILE), str(Path(output) / ANSWERS_FILE)
        self.spec = spec = replace(fill(Spec, own), output=output)
        self.output, url = here(output, str(whole.parent)), output if is_url(output) else ""
        self._recipe, self._given = part.last.recipe, gather(spec)
        self._delivery = Delivery(
            self.output, spec.target, spec.keep_think, self._given.rating, spec.existing, url
        )
        check_output(self._delivery)

    def index(self, ledger: Ledger) -> None:
        """Take in the rows of the whole."""
        Rows(self._given.dataset, self._recipe, self._given.reads).index(ledger)

    def write(self, ledger: Ledger) -> None:
        """The output and the failures."""
        deliver(self._delivery, self._given.dataset, ledger, self._recipe)


class _Check:
    """Of `check`."""

    def __init__(self, part: _Part, output: str, whole: Path) -> None:
        own = _values(part)
        first = next((name for name in ("output", "keep", "drop") if own.get(name)), "output")
        output = _target(output, str(own[first]), whole)
        self.output, self.place = here(output, str(whole.parent)), (f"--{first}", output)
        self.spec = spec = fill(CheckSpec, own | {first: output, "ledger_dir": str(whole.parent)})
        self._part = part
        self._dataset = open_dataset(spec.input, spec.selection, format=spec.format or None)
        self._files = files_of(self.spec, self._dataset)

    def index(self, ledger: Ledger) -> None:
        """Take in the rows of the whole. UsageError where the verdicts are not those of the tools here."""
        self._examined = found = Examination.of(self.spec, self._dataset, ledger)
        if found.rows.recipe != self._part.last.recipe:
            here = orjson.loads(recipe_body(found.recipe))
            raise UsageError(
                f"{self._part.path} would not be made here as it was: {_differing(self._part.recipe, here)}"
                " differs",
                hint="merge where the same tools are installed; or run the shards again with these",
            )
        if found.rows.numbered:
            ledger.number(found.rows.recipe)

    def write(self, ledger: Ledger) -> None:
        """The verdicts, what passed and what did not."""
        asyncio.run(self._examined.write(self._files, ledger))


def _job(part: _Part, output: str, whole: Path) -> _Job:
    return (_Check if "field" in part.last.spec else _Transform)(part, output, whole)


def _target(output: str, given: str, whole: Path) -> str:
    """What is asked for; else the URL that the shards were given, or the file that theirs are parts of."""
    return output or (given if is_url(given) else str(whole))


def _values(part: _Part) -> dict[str, Json]:
    return {name: value for name, value in part.last.spec.items() if name not in _OWN}


def _merged(parts: Sequence[_Part], any_shard: Shard, job: _Job) -> MergeSummary:
    last, output = parts[-1].last, job.output
    command = _command(last.command, job.place)
    with open_ledger(output) as ledger:
        for part in parts:
            ledger.absorb(ledger_of(part.path))
        job.index(ledger)
        run = ledger.go_on(last.recipe, describe(job.spec), command)
        counts = ledger.counts(last.recipe)
        if not counts.pending:
            ledger.finish_redo(last.recipe)
        job.write(ledger)
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


def _command(words: Sequence[str], place: tuple[str, str]) -> tuple[str, ...]:
    """A shard's command line as it is for the whole job on one machine."""
    own = (*_OWN_FLAGS, place[0], *(["-o"] if place[0] == "--output" else []))
    kept: list[str] = []
    skip = False
    for word in words:
        name, equals, _ = word.partition("=")
        if skip:
            skip = False
        elif name in own:
            skip = not equals
        else:
            kept.append(word)
    return (*kept, *place) if kept else ()
