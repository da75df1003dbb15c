"""The embedded engine: OpenVINO GenAI with continuous batching, on the CPU.

A model is an embedded name, a .gguf file (llama, qwen2, qwen3) or an OpenVINO folder. OpenVINO
itself runs in a child program, `rtlglot.engines.openvino_child`.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rtlglot import models
from rtlglot.engines import ENGINES, Engine, EngineInfo
from rtlglot.engines.openvino_files import (
    ModelFacts,
    converted_folder,
    describe,
    is_converted,
    keep_converted,
    refuse_read_only,
)
from rtlglot.engines.program import Program
from rtlglot.errors import ConfigError, EngineDead, RowError
from rtlglot.options import fill, refuse_below
from rtlglot.records import Finish, Json, Message, Reason, Reply, Request

CHILD = "rtlglot.engines.openvino_child"
_KV_BYTES = 2
"""Most that one number in the KV cache takes; the CPU's own default takes 1.2."""
_KV_VALUES = 65_536
"""Of one token, where the model does not say: an 8B model's."""
_TYPICAL_TOKENS = 1536
"""A prompt with its reply, for sizing the KV cache."""
SEEDS = 4_294_967_291
"""OpenVINO looks at 32 bits of a seed; a prime, so that the higher bits of ours count too."""
_MOST_CONTEXT_TOKENS = 32_768
"""A longer context is kept free only where kv_cache_gib asks for it."""


@dataclass(frozen=True, slots=True)
class _OpenVinoOptions:
    """Options of the openvino engine."""

    device: str = "CPU"
    max_in_flight: int = 24
    kv_cache_gib: float | None = None
    """Most memory of the KV cache; None: from max_in_flight, at most a quarter of the machine's."""
    max_num_batched_tokens: int = 512
    """Tokens of one step."""
    prefix_caching: bool = True
    context_tokens: int | None = None
    """Less than the model's own context, if wanted."""
    threads: int | None = None
    """None: all cores."""
    kv_cache_precision: Literal["u8", "f16", "bf16"] | None = None
    """None: OpenVINO's choice for the device."""
    chat_template: str | None = None
    """A Jinja file that replaces the model's own template."""
    thinking: bool | None = None
    """`enable_thinking`, for templates that know it (Qwen3)."""
    save_converted: bool | None = None
    """Keep a converted copy in the cache: as large as the model, loads faster the next time.
    None: for the embedded models only."""

    def __post_init__(self) -> None:
        sizes = ("max_in_flight", "kv_cache_gib", "max_num_batched_tokens", "context_tokens", "threads")
        refuse_below(0, self, "engine.openvino", *sizes)


class OpenVinoEngine(Engine):
    """Continuous batching on this machine's CPU."""

    def __init__(self, model: str, options: Mapping[str, Any] | None = None) -> None:
        self._model = model
        self._options = fill(_OpenVinoOptions, options or {}, part="engine.openvino")
        self._program: Program | None = None
        self._opening = asyncio.Lock()
        self._info: EngineInfo | None = None

    def identity(self) -> Mapping[str, Json]:
        """The model's content and what else changes its text."""
        template = self._template()
        return {
            "model": models.content_hash(models.locate(self._model)),
            "chat_template": template and hashlib.sha256(template.encode()).hexdigest(),
            "kv_cache_precision": self._options.kv_cache_precision,
            "thinking": self._options.thinking,
        }

    async def start(self) -> EngineInfo:
        """Loads the model: 1 to 3 s for the embedded one, some more the first time."""
        if self._info is not None:
            return self._info
        try:
            self._info = await self._load()
        except BaseException:
            await self.aclose()
            raise
        return self._info

    async def count_tokens(self, messages: Sequence[Message]) -> int | None:
        """Exact; before `start` it loads the tokenizer alone (0.3 s, 1.6 s without a converted copy)."""
        chat = {"messages": [tuple(message) for message in messages], "thinking": self._options.thinking}
        answer = await _ask(await self._opened(), {"op": "count", **chat})
        return int(answer["tokens"])

    async def generate(self, request: Request) -> Reply:
        """One reply; cancelling takes the request out of the batch."""
        begun = time.perf_counter()
        if self._program is None or self._info is None:
            raise EngineDead(f"the openvino engine for {self._model} is not running")
        sampling = request.sampling
        message = {
            "op": "generate",
            "messages": [tuple(message) for message in request.messages],
            "thinking": self._options.thinking,
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": None if sampling.seed is None else sampling.seed % SEEDS,
            "stop": sampling.stop,
        }
        answer = await _ask(self._program, message, cancel_with="cancel")
        return Reply(
            text=answer["text"],
            finish=Finish(answer["finish"]),
            prompt_tokens=answer["prompt_tokens"],
            completion_tokens=answer["completion_tokens"],
            seconds=time.perf_counter() - begun,
        )

    async def aclose(self) -> None:
        """Ends the child program; what is in flight gets EngineDead."""
        program, self._program, self._info = self._program, None, None
        if program is not None:
            await program.aclose()

    async def _load(self) -> EngineInfo:
        options, path = self._options, self._path()
        facts = await asyncio.to_thread(describe, path)
        if self._wants_converted(path):
            await keep_converted(path, _convert)
        program = await self._opened()
        block_tokens = 16 if options.device.startswith("GPU") else 32
        blocks = -(-self._kv_tokens(facts) // block_tokens)
        known = (facts.context_tokens, options.context_tokens, blocks * block_tokens)
        context_tokens = min(tokens for tokens in known if tokens)
        load = {
            "op": "load",
            "path": str(await asyncio.to_thread(self._loadable, path)),
            "device": options.device,
            "properties": self._properties(),
            "kv_blocks": blocks,
            "block_tokens": block_tokens,
            "max_num_batched_tokens": options.max_num_batched_tokens,
            "prefix_caching": options.prefix_caching,
            "max_in_flight": options.max_in_flight,
            "context_tokens": context_tokens,
        }
        await _ask(program, load)
        note = f"OpenVINO on {options.device}, KV cache for {blocks * block_tokens} tokens"
        return EngineInfo(self._model, context_tokens, options.max_in_flight, note)

    async def _opened(self) -> Program:
        """The child with the tokenizer loaded; started where there is none."""
        async with self._opening:
            if self._program is None:
                path = await asyncio.to_thread(self._loadable, self._path())
                program = self._program = await Program.start(CHILD)
                opening = {"op": "open", "path": str(path), "chat_template": self._template()}
                try:
                    await _ask(program, opening)
                except BaseException:
                    self._program = None
                    await program.aclose()
                    raise
            return self._program

    def _path(self) -> Path:
        if importlib.util.find_spec("openvino_genai") is None:
            raise ConfigError(
                "the engine 'openvino' needs the package 'openvino_genai', which is not installed",
                hint=ENGINES.install_hint("openvino"),
            )
        return models.locate(self._model).absolute()

    def _wants_converted(self, path: Path) -> bool:
        wanted = self._options.save_converted
        return path.is_file() and (self._model in models.KNOWN if wanted is None else wanted)

    def _loadable(self, path: Path) -> Path:
        """The converted copy where there is one, else the model itself."""
        if self._wants_converted(path) and is_converted(converted_folder(path)):
            return converted_folder(path)
        refuse_read_only(path)
        return path

    def _template(self) -> str | None:
        if self._options.chat_template is None:
            return None
        try:
            return Path(self._options.chat_template).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot read the chat template: {error}") from error

    def _properties(self) -> dict[str, Json]:
        wanted = {
            "INFERENCE_NUM_THREADS": self._options.threads,
            "KV_CACHE_PRECISION": self._options.kv_cache_precision,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def _kv_tokens(self, facts: ModelFacts) -> int:
        token_bytes = (facts.kv_values_per_token or _KV_VALUES) * _KV_BYTES
        if self._options.kv_cache_gib is not None:
            return max(1, int(self._options.kv_cache_gib * (1 << 30) / token_bytes))
        longest = min(facts.context_tokens or _TYPICAL_TOKENS, _MOST_CONTEXT_TOKENS)
        wanted = max(longest, self._options.max_in_flight * _TYPICAL_TOKENS)
        return min(wanted, max(_TYPICAL_TOKENS, _memory_bytes() // 4 // token_bytes))


async def _convert(link: Path) -> None:
    """In a program of its own: the memory that converting takes is free again afterwards."""
    program = await Program.start(CHILD)
    try:
        await _ask(program, {"op": "convert", "path": str(link)})
    finally:
        await program.aclose()


async def _ask(
    program: Program, message: Mapping[str, Any], *, cancel_with: str | None = None
) -> dict[str, Any]:
    """The child's answer, its errors as ours."""
    answer = await program.ask(message, cancel_with=cancel_with)
    error = answer.get("error")
    if error == "config":
        raise ConfigError(answer["message"], hint=answer["hint"])
    if error == "row":
        raise RowError(Reason(answer["reason"]), answer["message"])
    return answer


def _memory_bytes() -> int:
    """Of the machine; 8 GiB where it cannot be asked."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 << 30
