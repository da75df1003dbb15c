"""Engines: one verb, `generate`. One file per engine, one line in the table.

An engine is made with `Engine(model, options)`: the model's name and the engine's own options
(texts from `--set engine.key=value`, refused by name where unknown; see `rtlglot.options.fill`).
Making one loads nothing heavy; `start` does. After EngineDead, `aclose` and `start` bring a fresh one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from rtlglot.records import Json, Message, Reply, Request
from rtlglot.registry import Table

ENGINES = Table(
    "engine",
    {
        "batch-in": "rtlglot.engines.openai.offline:BatchIn",
        "batch-out": "rtlglot.engines.openai.offline:BatchOut",
        "openai": "rtlglot.engines.openai.engine:OpenAiEngine",
        "openvino": "rtlglot.engines.openvino:OpenVinoEngine",
        "recorded": "rtlglot.engines.recorded:RecordedEngine",
        "scripted": "rtlglot.engines.scripted:ScriptedEngine",
        "vllm": "rtlglot.engines.vllm.engine:VllmEngine",
    },
    extras={
        "openvino": ("openvino_genai", "openvino"),
        "vllm": ("vllm", "vllm"),
    },
)

OPTIONS = Table(
    "engine's options",
    {
        "openai": "rtlglot.engines.openai.options:OpenAiOptions",
        "vllm": "rtlglot.engines.vllm.options:VllmOptions",
    },
)
"""Of engines that have flags of their own on the command line; all options go through `set` too."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What a started engine says of itself."""

    model: str
    context_tokens: int | None
    """Longest prompt plus reply; None where the engine does not say."""
    max_in_flight: int
    """How many requests keep it busy: the default concurrency."""
    note: str = ""
    """One line for people, e.g. that lengths are estimated."""


@runtime_checkable
class Engine(Protocol):
    """What every engine does: three verbs of its own, the rest with a default to inherit."""

    expects: bool = False
    """Whether `expect` is to be told, which costs a pass over all prompts."""
    by_row: bool = False
    """Whether a reply belongs to the row that asks, whatever it asks: two alike do not share one."""
    stands_for: str = ""
    """The engine whose replies these are, where it is another one (a batch file's)."""

    @abstractmethod
    def identity(self) -> Mapping[str, Json]:
        """All options that change the text (quantization, LoRA, dtype, a model file's hash)."""

    @abstractmethod
    async def start(self) -> EngineInfo:
        """Load. Raises ConfigError where it cannot work, EngineDead where it died on the way."""

    @abstractmethod
    async def generate(self, request: Request) -> Reply:
        """One reply. Cancelling the task aborts the request.

        Raises RowError (this row), TransientError (later), EngineDead (restart), ConfigError (stop).
        """

    async def count_tokens(self, messages: Sequence[Message]) -> int | None:
        """Tokens of the prompt, chat template applied; None where unknown. Works before `start`
        where the tokenizer alone can be loaded."""
        return None

    async def model_name(self) -> str:
        """The model's own name where the given one only says where it is (a URL); else ''."""
        return ""

    def expect(self, data_tokens: int) -> None:
        """The longest prompt plus reply to come; told before `start` where it `expects`."""
        return

    def finish(self) -> str:
        """Every row had its turn: put in place what is only whole now. The run's ending, where it has
        one of its own ('emitted')."""
        return ""

    def spent(self) -> float | None:
        """Money, in the currency of the prices; None without prices."""
        return None

    async def aclose(self) -> None:
        """Free everything. May be called twice, and before `start`."""
        return
