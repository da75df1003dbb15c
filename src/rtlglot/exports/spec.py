"""What to export, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from rtlglot.errors import UsageError
from rtlglot.options import flag, refuse_unlisted

_rows = partial(flag, group="which rows")
_split = partial(flag, group="validation split (needs the extra 'export')")
_written = partial(flag, group="how it is written")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSpec:
    """An output, a format, a path, and which rows; its fields are the flags of `rtlglot export`."""

    output: str = flag("the output of rtlglot transform", "OUTPUT")
    format: str = flag("one of the formats below", metavar="NAME")
    path: str = flag("file, its suffix says how (hf: a folder)", "-o", "--output", metavar="PATH")

    only: Literal["accepted", "rejected", "any"] = _rows(
        "rows of this status; rejected ones come from OUTPUT.failures.jsonl", default="accepted"
    )
    min_status: tuple[str, ...] = _rows(
        "only texts to which this check (several: by comma) said a clear yes, e.g. synth; a check that "
        "was skipped, timed out or proved a bound only has not said yes",
        default=(), metavar="CHECKS",
    )  # fmt: skip
    min_roundtrip: float | None = _rows(
        "only texts of which at least this share of rebuilds was proved (rtlglot roundtrip)",
        default=None, metavar="X",
    )  # fmt: skip
    ledger: str = _rows(
        "the ledger, or the output it lies beside, where OUTPUT is another file of the run: what "
        "check --keep wrote (default: beside OUTPUT)", default="", metavar="PATH",
    )  # fmt: skip
    dedup: Literal["", "exact", "code", "near"] = _rows(
        "leave out what came before: the same prompt and answer (exact, what the flag alone means), "
        "the same Verilog but for comments and module names (code), or a near copy (near: one row a group)",
        default="", alone="exact",
    )  # fmt: skip

    split: float = _split(
        "share of the rows for validation, e.g. 0.05; near copies (Jaccard of at least 0.8 over 5-token "
        "shingles) are never on both sides (default: no split)",
        default=0.0, metavar="SHARE",
    )  # fmt: skip
    seed: int = _split("another seed, another split", default=0)

    prompt_field: str = _written(
        "field with the prompt (default: follows the pair)", default="", metavar="FIELD"
    )
    answer_field: str = _written(
        "field with the answer (default: follows the pair)", default="", metavar="FIELD"
    )
    chat: bool = _written(
        "preference, prompt-completion: lists of messages, to which TRL applies the chat template",
        default=False,
    )
    pairs: int = _written("preference: at most N pairs of a row (default: all)", default=0, metavar="N")
    data_source: str = _written("verl: what the reward tells its data by", default="rtlglot", metavar="NAME")
    keep_formulas: bool = _written(
        "csv, tsv: leave cells as they are that a spreadsheet would take for formulas (they begin with "
        "=, +, -, @, tab or return); else a ' is put before them", default=False,
    )  # fmt: skip
    existing: Literal["refuse", "replace"] = _written("what to do where PATH exists", default="refuse")

    def __post_init__(self) -> None:
        refuse_unlisted(self)
        if not 0 <= self.split < 1:
            raise UsageError(f"split is {self.split}", hint="expected a share from 0 up to, not including, 1")
        if self.min_roundtrip is not None and not 0 <= self.min_roundtrip <= 1:
            raise UsageError(f"min_roundtrip is {self.min_roundtrip}", hint="expected a number from 0 to 1")
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
