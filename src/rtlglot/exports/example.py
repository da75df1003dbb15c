"""What is exported: examples made of turns or comparisons; and what an export format does with one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from rtlglot.records import Json
from rtlglot.registry import Table

EXPORTS = Table(
    "export format",
    {
        "alpaca": "rtlglot.exports.forms:Alpaca",
        "codev": "rtlglot.exports.forms:CodeV",
        "hf": "rtlglot.exports.forms:HuggingFace",
        "openai": "rtlglot.exports.forms:OpenAI",
        "preference": "rtlglot.exports.forms:Preference",
        "prompt-completion": "rtlglot.exports.forms:PromptCompletion",
        "rtlcoder": "rtlglot.exports.forms:RtlCoder",
        "sharegpt": "rtlglot.exports.forms:ShareGpt",
        "verl": "rtlglot.exports.forms:Verl",
    },
)

TRAIN, VALIDATION = "train", "validation"


class Turn(NamedTuple):
    """One prompt and its answer."""

    prompt: str
    answer: str
    statuses: Mapping[str, str]
    """Check -> status, of the text that the run made; {} where nothing is known."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All its texts, answers first."""
        return self.answer, self.prompt


class PreferencePair(NamedTuple):
    """A text that passed and one that did not, both for the same prompt."""

    prompt: str
    chosen: str
    rejected: str
    check: str
    """The check that separates them: it said yes to one and no to the other."""
    finding: str
    """What it found in the rejected text."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All its texts, answers first."""
        return self.chosen, self.rejected, self.prompt


@dataclass(frozen=True, slots=True)
class Example:
    """One row that is exported."""

    number: int
    """0-based, among those that are exported."""
    id: str
    fields: Mapping[str, Json]
    """All of the row, without what rtlglot adds for its books."""
    turns: tuple[Turn, ...] = ()
    comparisons: tuple[PreferencePair, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    """Texts that a reward needs: the row's reference and testbench, where it has them."""

    @property
    def entries(self) -> tuple[Turn | PreferencePair, ...]:
        """Whichever of the two this export is made of."""
        return self.comparisons or self.turns


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record goes."""

    side: str
    """TRAIN or VALIDATION."""
    index: int
    """0-based, of the first record of this example on that side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatOptions:
    """What a format may know of the export."""

    chat: bool = False
    data_source: str = "rtlglot"
    prompt_field: str = ""
    answer_field: str = ""
    answer_given: bool = False
    """Whether the user named the answer's field."""


class Unfit(Exception):
    """An example that a format cannot hold; the message is a reason to count by."""


class ExportFormat(Protocol):
    """What every export format does: inherit it, and say what is otherwise."""

    containers: tuple[str, ...] = ()
    """Formats of files that hold it; () for a folder."""
    compares: bool = False
    """Whether it is made of comparisons, which only a ledger has."""
    dataset_info: Mapping[str, Json] | None = None
    """LLaMA-Factory's entry for such a file, without the file's name; None where it reads none."""
    options: FormatOptions

    def __init__(self, options: FormatOptions) -> None:
        """`options`: what it may know of the export."""
        self.options = options

    @abstractmethod
    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """The example's records. Raises Unfit."""
