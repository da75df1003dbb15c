"""What to export, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from rtlglot.errors import UsageError
from rtlglot.registry import did_you_mean

ONLY = ("accepted", "rejected", "any")
DEDUP = ("exact", "code", "near")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSpec:
    """An output, a format, a path, and which rows."""

    output: str
    """A transform's output."""
    format: str
    path: str
    """File, or folder for 'hf'."""
    prompt_field: str = ""
    """'' follows the pair that was transformed."""
    answer_field: str = ""
    only: str = "accepted"
    """One of ONLY; 'any' is accepted and rejected rows."""
    min_status: tuple[str, ...] = ()
    """Checks that must have said a clear yes."""
    split: float = 0.0
    """Share of the rows for validation, in whole groups of near copies; 0 makes no split."""
    seed: int = 0
    dedup: str = ""
    """One of DEDUP, or ''."""
    chat: bool = False
    """TRL's conversational form."""
    pairs: int = 0
    """Most preference pairs of a row; 0: all."""
    data_source: str = "rtlglot"
    """verl's name for the data."""
    existing: str = "refuse"
    """What to do where `path` exists: 'refuse' or 'replace'."""

    def __post_init__(self) -> None:
        _one_of("only", self.only, ONLY)
        _one_of("existing", self.existing, ("refuse", "replace"))
        if self.dedup:
            _one_of("dedup", self.dedup, DEDUP)
        if not 0 <= self.split < 1:
            raise UsageError(f"split is {self.split}", hint="expected a share from 0 up to, not including, 1")
        if self.pairs < 0:
            raise UsageError(f"pairs is {self.pairs}", hint="expected 0 (all) or more")
        if self.chat and self.format not in ("preference", "prompt-completion"):
            raise UsageError(
                f"chat does not apply to {self.format}",
                hint="preference and prompt-completion have both forms; openai is a chat already",
            )
        if self.pairs and self.format != "preference":
            raise UsageError(f"pairs does not apply to {self.format}", hint="use it with --format preference")
        if self.data_source != "rtlglot" and self.format != "verl":
            raise UsageError(f"data_source does not apply to {self.format}", hint="use it with --format verl")


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(f"{name} is {value!r}", hint=did_you_mean(value, list(known)))


@dataclass(slots=True)
class ExportSummary:
    """What was written, what was not, and why."""

    format: str
    prompt_field: str
    answer_field: str
    files: dict[str, str] = field(default_factory=dict)
    """'train' and 'validation' -> file; 'folder' for 'hf'; 'dataset_info' -> LLaMA-Factory's entry."""
    records: dict[str, int] = field(default_factory=dict)
    """'train' and 'validation' -> records written."""
    rows_read: int = 0
    rows: int = 0
    """Rows that are exported."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Why rows, or single answers of rows with several, were left out -> how many."""
    groups: int | None = None
    """Groups of near copies among the exported rows; None where none were looked for."""
    in_groups: int = 0
    """Rows that have a near copy."""
    largest_group: int = 0
    notes: list[str] = field(default_factory=list)
