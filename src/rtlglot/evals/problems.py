"""Problems: what a benchmark asks, and what it holds answers against. One reader a benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from rtlglot.errors import InputError, UsageError
from rtlglot.formats import Record, Shard, open_dataset
from rtlglot.records import Json, Row
from rtlglot.registry import Table
from rtlglot.stores.remote import copied

PROBLEMS = Table(
    "benchmark",
    {
        "verilogeval": "rtlglot.evals.readers.verilogeval:VerilogEval",
        "verilogeval-v1": "rtlglot.evals.readers.verilogeval:VerilogEvalOne",
        "rtllm": "rtlglot.evals.readers.rtllm:Rtllm",
        "vgen": "rtlglot.evals.readers.vgen:VGen",
        "cvdp": "rtlglot.evals.readers.cvdp:Cvdp",
        "rtl-benchls": "rtlglot.evals.readers.benchls:RtlBenchLs",
        "plain": "rtlglot.evals.readers.plain:Plain",
    },
)
"""In the order in which they are tried on a path."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One of them."""

    id: str
    instruction: str
    reference: str | None = None
    testbench: str | None = None
    header: str | None = None
    """The module header that answers go on from."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Data that the testbench reads, by name."""

    def to_json(self) -> dict[str, Json]:
        """As a row of the dataset that is run."""
        told = {"id": self.id, "instruction": self.instruction}
        rest = {"reference": self.reference, "testbench": self.testbench, "header": self.header}
        return told | rest | {"files": dict(self.files) or None}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A problem that cannot be judged here."""

    id: str
    why: str


class Reader(Protocol):
    """What every reader does. It is made without arguments."""

    what: str
    """One line for `--list`."""
    needs: str
    """What must lie where, for `--list`."""

    def fits(self, path: Path) -> bool:
        """Whether a path looks like this benchmark; reads its beginning at most."""

    def read(self, path: Path) -> Iterator[Problem | LeftOut]:
        """All problems, in their order. Raises InputError."""


@dataclass(frozen=True, slots=True)
class Problems:
    """A benchmark as read."""

    kind: str
    found: Sequence[Problem]
    left_out: Sequence[LeftOut]

    def part(self, shard: Shard | None) -> Problems:
        """Those of a shard."""
        if shard is None:
            return self
        mine = [one for one in self.found if shard.has(Record(0, one.id, None, one.to_json()))]
        return replace(self, found=mine)


def read_problems(path: str, kind: str = "", limit: int | None = None) -> Problems:
    """The problems at a path or URL, by the reader named or the first that fits.

    Raises UsageError where none fits, InputError where it holds no problem.
    """
    found, left_out = list[Problem](), list[LeftOut]()
    with copied(path) as where:
        if not where.exists():
            raise InputError("no such file or folder", file=path)
        name = kind or _fitting(where, path)
        reader: Reader = PROBLEMS.load(name)()
        for one in reader.read(where):
            if limit is not None and len(found) == limit:
                break
            if isinstance(one, LeftOut):
                left_out.append(one)
            else:
                found.append(one)
    if not found:
        why = f"; left out: {left_out[0].id}: {left_out[0].why}" if left_out else ""
        raise InputError(f"no problem of {name} that can be judged here{why}", file=path)
    return Problems(name, found, left_out)


def _fitting(where: Path, path: str) -> str:
    for name in PROBLEMS:
        if PROBLEMS.load(name)().fits(where):
            return name
    known = ", ".join(PROBLEMS)
    raise UsageError(f"{path} looks like none of {known}", hint="say which with --as, or see --list")


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a dataset, whatever its format."""
    with open_dataset(path) as dataset:
        yield from dataset


def first_row(path: Path) -> Mapping[str, Any]:
    """Its first row's fields; {} where it is a folder or no dataset."""
    if not path.is_file():
        return {}
    try:
        return next(rows_of(path)).fields
    except (InputError, UsageError, StopIteration):
        return {}


def text_at(path: Path) -> str | None:
    """A file's text, None where there is no such file; bytes that are no text are replaced."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def has(*names: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a row has fields of all these names."""
    return lambda fields: all(name in fields for name in names)
