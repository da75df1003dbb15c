"""Shard: one of n parts of a dataset, chosen by what a row is and not by where it stands."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlglot.errors import UsageError
from rtlglot.formats.source import strip_compression
from rtlglot.formats.table import Record
from rtlglot.formats.values import encode

_NAMED = re.compile(r"(?P<stem>.+)\.(?P<number>\d+)-of-(?P<of>\d+)(?P<suffix>(\.[A-Za-z]+){0,2})")
_SUFFIX = re.compile(r"(\.[A-Za-z]+){1,2}")
_HINT = "write NUMBER/OF, from 1/8 to 8/8, or slurm in a job array"

PROBLEMS_FILE, ANSWERS_FILE = "problems.jsonl", "answers.jsonl"
"""Input and output within the folder of an evaluation."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` of `of`."""

    number: int
    """From 1."""
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise UsageError(f"there is no shard {self}", hint=_HINT)

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, record: Record) -> bool:
        """Whether a record is in this part: by its key and its values, so that inserting a line moves no
        other row, and rows that are alike stay together."""
        data = encode([record.key, *record.fields.values()])
        drawn = hashlib.blake2b(data, digest_size=8).digest()
        return int.from_bytes(drawn, "big") % self.of == self.number - 1

    def named(self, output: Path) -> Path:
        """This part of an output: out.2-of-8.jsonl of out.jsonl."""
        stem, suffix = _parted(output)
        return output.with_name(f"{stem}.{self.number}-of-{self.of}{suffix}")

    def others(self) -> Sequence[Shard]:
        """All parts, this one included."""
        return [Shard(number, self.of) for number in range(1, self.of + 1)]


def shard_from(text: str, environment: Mapping[str, str] = os.environ) -> Shard | None:
    """The shard that '2/8' means, or 'slurm' in a job array; None for ''. Raises UsageError."""
    if text == "slurm":
        return _of_array(environment)
    if not text:
        return None
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal()):
        raise UsageError(f"shard is {text!r}", hint=_HINT)
    return Shard(int(number), int(of))


def _of_array(environment: Mapping[str, str]) -> Shard:
    """The part that a task of a Slurm job array is. An array with gaps (one that asks again for some
    parts) does not tell how many parts there are."""
    names = [f"SLURM_ARRAY_TASK_{name}" for name in ("ID", "MIN", "MAX", "COUNT")]
    values = [environment.get(name, "") for name in names]
    if not all(value.isdecimal() for value in values):
        raise UsageError("shard is slurm, and this is no task of a job array", hint="sbatch --array=1-8 …")
    task, first, last, count = map(int, values)
    if count < 2 or first > 1 or last - first + 1 != count:
        raise UsageError(
            f"the job array {first}-{last} of {count} does not tell how many shards there are",
            hint="say it: --shard $SLURM_ARRAY_TASK_ID/8",
        )
    return Shard(task - first + 1, count)


def whole_of(part: Path) -> tuple[Path, Shard]:
    """(out.jsonl, 2/8) of out.2-of-8.jsonl. Raises UsageError for another name."""
    found = _NAMED.fullmatch(part.name)
    if found is None:
        raise UsageError(f"{part} is not the output of a shard", hint="name files like out.2-of-8.jsonl")
    return part.with_name(found["stem"] + found["suffix"]), Shard(int(found["number"]), int(found["of"]))


def parts_of(output: Path) -> dict[Shard, Path]:
    """The shards of an output (or of an evaluation's folder) whose ledgers stand beside it (or in theirs),
    in their order: the output that each ledger is of."""
    stem, suffix = _parted(output)
    pattern = f"{_literal(stem)}.*-of-*{_literal(suffix)}"
    ledgers = [p for end in ("", f"/{ANSWERS_FILE}") for p in output.parent.glob(f"{pattern}{end}.ledger")]
    outputs = [path.with_name(path.name.removesuffix(".ledger")) for path in ledgers]
    named = {path.parent if path.name == ANSWERS_FILE else path: path for path in outputs}
    found = {
        whole_of(part)[1]: path
        for part, path in named.items()
        if _NAMED.fullmatch(part.name) and whole_of(part)[0] == output
    }
    return dict(sorted(found.items(), key=lambda item: (item[0].of, item[0].number)))


def refuse_other_parts(output: Path, shard: Shard) -> None:
    """UsageError where parts of another number stand beside `output`: an array that was sent off with
    fewer tasks would work out rows that are there."""
    other = next((known for known in parts_of(output) if known.of != shard.of), None)
    if other is not None:
        raise UsageError(
            f"shard is {shard}, and {other.named(output)} is one of {other.of}",
            hint=f"say --shard NUMBER/{other.of}; or merge those, and name another --output",
        )


def _literal(text: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", text)


def _parted(output: Path) -> tuple[str, str]:
    """('out', '.jsonl.gz'); a folder's name may be without a suffix."""
    stem = os.path.splitext(strip_compression(output.name)[0])[0]
    suffix = output.name.removeprefix(stem)
    return (stem, suffix) if _SUFFIX.fullmatch(suffix) else (output.name, "")
