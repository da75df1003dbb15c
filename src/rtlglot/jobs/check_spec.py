"""What to check, and what came of it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from rtlglot.checks.ladder import kind_of
from rtlglot.errors import InputError, UsageError
from rtlglot.formats import Selection, is_verilog
from rtlglot.options import flag, like, refuse_unlisted
from rtlglot.records import Json, Verdict
from rtlglot.run.spec import Spec
from rtlglot.run.until import end_time

_checked = partial(like, Spec)


def _paths(value: str | os.PathLike[str] | Sequence[str]) -> tuple[str, ...]:
    return (os.fspath(value),) if isinstance(value, str | os.PathLike) else tuple(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """What to check, with what, and where the verdicts go; its fields are the flags of `rtlglot check`."""

    input: tuple[str, ...] = flag(
        "a dataset, a folder of Verilog, files of Verilog, or - for standard input", "INPUT", parse=_paths
    )
    output: str = flag(
        "the verdicts: JSONL, CSV or Parquet (default: INPUT_verdicts.jsonl; no file with --keep or --drop, "
        "nor of designs that are named one by one: they are told here)",
        "-o", "--output", default="", metavar="VERDICTS",
    )  # fmt: skip
    keep: str = flag("write the rows that passed, with their own fields", default="", metavar="FILE")
    drop: str = flag("write the rows that did not pass, and why", default="", metavar="FILE")
    field: str = flag("field with the candidate", default="verilog", metavar="FIELD", group="what is checked")
    reference: str = _checked(
        "reference", metavar="FIELD|FILE", help="Verilog to compare with: a field, or a file for all rows"
    )
    testbench: str = _checked(
        "testbench", metavar="FIELD|FILE", help="a testbench: a field, or a file for all rows"
    )
    files: str = _checked("files")
    interface: str = _checked(
        "interface", metavar="FIELD|FILE", help="the required header: a field, a file for all rows, or auto"
    )
    top: str = _checked("top")
    blackbox: tuple[str, ...] = _checked("blackbox")
    require: Literal["auto", "proved", "rebuilt", "tested", "synthesised", "read"] = _checked("require")
    check: str = _checked(
        "check",
        also=("--checks",),
        help="comma list, or the highest rung (default: all for which a field is named)",
    )
    strict: bool = _checked("strict")
    require_coverage: float = _checked("require_coverage")
    standard: Literal["v2001", "v2005", "sv2017"] = _checked("standard")
    set: Mapping[str, Json] = _checked(
        "set", help="a check's own option", metavar="check.NAME.KEY=VALUE", group="what is checked"
    )
    id: str = _checked("id")
    map: Mapping[str, str] = _checked("map")
    where: str = _checked("where")
    limit: int | None = _checked("limit")
    shard: str = _checked("shard")
    max_record: int = _checked("max_record")
    format: str = _checked("format")
    until: str = _checked("until")
    ledger_dir: str = _checked("ledger_dir")

    def __post_init__(self) -> None:
        refuse_unlisted(self)
        if set(self.set) - {"check"}:
            raise UsageError("there is no engine here", hint="write --set check.NAME.KEY=VALUE")
        if not self.input:
            raise UsageError("INPUT is missing", hint="see --help for examples")
        if self.until:
            end_time(self.until)

    @property
    def kind(self) -> str:
        """What the field holds, whatever it is called."""
        return kind_of(self.field, self.check)

    @property
    def given(self) -> Mapping[str, str]:
        """Texts of the files that are named where a field could be: name -> text. Raises InputError."""
        named = (self.reference, self.testbench, self.interface)
        return {name: _text(name) for name in named if is_verilog(name)}

    @property
    def selection(self) -> Selection:
        """Which rows, under which names."""
        return dataclasses.replace(Selection.of(dataclasses.asdict(self)), given=self.given)

    @property
    def options(self) -> Mapping[str, Mapping[str, Json]]:
        """Each check's own options."""
        return dict(self.set.get("check", {}))


def _text(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"cannot be read: {error.strerror}"
        raise InputError(why, file=name) from error


@dataclass(frozen=True, slots=True)
class Examined:
    """One design and what was said of it."""

    id: str
    status: str
    reason: str
    assurance: str
    detail: str
    text: str
    verdicts: tuple[Verdict, ...]


@dataclass(slots=True)
class CheckSummary:
    """How many designs got which status on which rung."""

    rows: int = 0
    good: int = 0
    """Designs that ended at no check."""
    rejected: int = 0
    """Designs that ended at a check: it said no, or nothing though it must answer."""
    empty: int = 0
    """Rows without a text in the field."""
    unreadable: int = 0
    """Rows that hold half of a surrogate pair, or bytes that are not UTF-8."""
    pending: int = 0
    """Designs not examined to the end, because the check was stopped: the same command goes on."""
    assurances: dict[str, int] = dataclasses.field(default_factory=dict)
    """How sure the good ones are -> rows, the strongest first."""
    rungs: dict[str, dict[str, int]] = dataclasses.field(default_factory=dict)
    ending: str = "done"
    """'done', 'interrupted' (SIGINT) or 'stopped' (SIGTERM)."""
    output: str = ""
    """The file of verdicts, else what --keep or --drop wrote; '' where nothing was written."""
    ledger: str = ""
    """'' where it was not kept."""
    one_by_one: bool = False
    """Whether the designs were named one by one, so that `designs` has them all."""
    designs: list[Examined] = dataclasses.field(default_factory=list)
    """Those that were named, or the first of those that did not pass."""

    @property
    def bad(self) -> int:
        """Rows that were examined, or could not be, and did not pass."""
        return self.rejected + self.empty + self.unreadable

    @property
    def exit_code(self) -> int:
        """0 every design has its verdicts, 75 stopped and resumable, 130 interrupted; of designs that were
        named one by one 1 where one did not pass."""
        failed = 1 if self.one_by_one and self.bad else 0
        return {"done": failed, "stopped": 75, "interrupted": 130}[self.ending]
