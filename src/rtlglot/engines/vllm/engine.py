"""vLLM in process: AsyncLLM fed continuously, one or more independent replicas on this machine's GPUs.

Each replica is a program of its own (`rtlglot.engines.vllm.replica`) with its slice of the GPUs, so
that one can die and be started again while the others go on. The planner decides how the model is
split before anything loads, and refuses in a second what cannot fit.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rtlglot.engines import Engine, EngineInfo
from rtlglot.engines.lengths import fit
from rtlglot.engines.vllm.arguments import identity
from rtlglot.engines.vllm.chat import Chat, local_folder, weights_identity
from rtlglot.engines.vllm.encoder import Encoder
from rtlglot.engines.vllm.gpus import visible_gpus
from rtlglot.engines.vllm.layout import Layout, layout
from rtlglot.engines.vllm.options import split_options
from rtlglot.engines.vllm.router import MODULE, Launch, Router
from rtlglot.errors import ConfigError, EngineDead
from rtlglot.plan import ModelShape, ShapeError, load_shape
from rtlglot.records import Finish, Json, Message, Reply, Request

_QUEUE = 1.25
"""In flight per place in the batch: so that vLLM's scheduler always has a queue."""


class VllmEngine(Engine):
    """A model on vLLM. Nothing is downloaded unless `download` is on."""

    expects = True
    replica_module = MODULE
    """The program that serves as a replica."""

    def __init__(self, model: str, options: Mapping[str, Any] | None = None) -> None:
        self._model = model
        self._options, self._arguments = split_options(options or {})
        self._encoder: Encoder | None = None
        self._loading = asyncio.Lock()
        self._router: Router | None = None
        self._data_tokens: int | None = None
        self._context_tokens: int | None = None

    def identity(self) -> Mapping[str, Json]:
        """A model folder's content, and every option that changes the text.

        A hub model is known by its name: its content may be fetched only after this is asked.
        """
        folder, options = Path(self._model).expanduser(), self._options
        lora = Path(options.lora).expanduser() if options.lora else None
        if lora is not None and not lora.is_dir():
            raise ConfigError(f"engine.vllm.lora: no folder {options.lora!r}")
        template = self._template()
        return {
            **identity(self._arguments),
            "weights": weights_identity(folder) if folder.is_dir() else "",
            "dummy_weights": options.dummy_weights,
            "lora": weights_identity(lora) if lora else "",
            "chat_template": hashlib.sha256(template.encode()).hexdigest() if template else "",
            "thinking": options.thinking,
            "reasoning_parser": options.reasoning_parser,
        }

    def expect(self, data_tokens: int) -> None:
        """The longest prompt plus reply to come, told before `start`: the context `auto` then has."""
        self._data_tokens = data_tokens

    async def start(self) -> EngineInfo:
        """Plan, then load every replica: seconds to minutes.

        Raises ConfigError where the model is not here, does not fit, or vLLM refuses an argument.
        """
        if self._router is not None:
            await self.aclose()
        where = await asyncio.to_thread(self._layout)  # what cannot fit need not be fetched either
        folder = self._folder()
        await self._loaded()
        launches = [self._launch(folder, where, number) for number in range(where.replicas)]
        router = self._router = Router(launches)
        try:
            await router.start()
        except BaseException:
            self._router = None
            raise
        return self._info(router, where)

    async def count_tokens(self, messages: Sequence[Message]) -> int | None:
        """Exact; before `start` it loads the tokenizer alone."""
        return len(await (await self._loaded()).ids(messages))

    async def generate(self, request: Request) -> Reply:
        """One reply; cancelling aborts the request in vLLM."""
        begun = time.perf_counter()
        if self._router is None:
            raise EngineDead(f"the vllm engine for {self._model} is not running")
        ids = await (await self._loaded()).ids(request.messages)
        sampling = request.sampling
        asked = {
            "max_tokens": fit(len(ids), sampling.max_tokens, self._context_tokens),
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
            "stop": sampling.stop,
        }
        answer = await self._router.generate(ids, asked)
        return Reply(
            text=answer["text"],
            finish=Finish(answer["finish"]),
            prompt_tokens=answer["prompt_tokens"],
            completion_tokens=answer["completion_tokens"],
            cached_tokens=answer["cached_tokens"],
            think=answer["think"],
            seconds=time.perf_counter() - begun,
        )

    async def aclose(self) -> None:
        """End every replica and what it started; what is in flight gets EngineDead."""
        router, self._router = self._router, None
        if router is not None:
            await router.aclose()

    def replica_pids(self) -> list[int]:
        """The programs that run now."""
        replicas = self._router.replicas if self._router else []
        return [replica.pid for replica in replicas if replica.pid is not None]

    def _folder(self) -> str:
        folder = local_folder(self._model)
        if folder is not None:
            return str(folder)
        if self._options.download:
            return self._model
        raise ConfigError(
            f"the model {self._model!r} is not on this machine: no such folder, nor in the local hub cache",
            hint=f"`hf download {self._model}` brings it, or --set engine.download=true lets vLLM fetch it",
        )

    def _layout(self) -> Layout:
        gpus = visible_gpus()
        return layout(self._options, self._arguments, gpus, self._shape(), self._data_tokens)

    def _shape(self) -> ModelShape | None:
        folder = local_folder(self._model)
        try:
            shape = load_shape(str(folder) if folder else self._model)
            return shape.with_precision(
                dtype=str(self._arguments.get("dtype", "auto")),
                quantization=str(self._arguments.get("quantization", "")),
                kv_dtype=str(self._arguments.get("kv_cache_dtype", "auto")),
            )
        except ShapeError:
            return None  # vLLM knows more models than the planner

    async def _loaded(self) -> Encoder:
        async with self._loading:
            if self._encoder is None:
                self._encoder = Encoder(await asyncio.to_thread(self._load_chat))
            return self._encoder

    def _load_chat(self) -> Chat:
        options = self._options
        return Chat.load(
            self._folder(),
            self._arguments,
            template=self._template(),
            thinking=options.thinking,
            download=options.download,
        )

    def _template(self) -> str | None:
        if not self._options.chat_template:
            return None
        try:
            return Path(self._options.chat_template).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"the chat template cannot be read: {error}") from error

    def _launch(self, folder: str, where: Layout, number: int) -> Launch:
        options, devices = self._options, where.devices[number]
        ours: dict[str, Json] = {
            "tensor_parallel_size": where.tensor_parallel,
            "pipeline_parallel_size": where.pipeline_parallel,
            "max_model_len": where.max_model_len,
            "max_num_batched_tokens": where.max_num_batched_tokens,
            "max_num_seqs": where.max_num_seqs,
            "enable_prefix_caching": options.prefix_caching,
            "load_format": "dummy" if options.dummy_weights else None,
            "enable_lora": True if options.lora else None,
            "reasoning_parser": options.reasoning_parser or None,
        }
        arguments = {name: value for name, value in ours.items() if value is not None}
        env = {
            "VLLM_NO_USAGE_STATS": "1",
            "DO_NOT_TRACK": "1",
            "TOKENIZERS_PARALLELISM": "false",
            **({} if options.download else {"HF_HUB_OFFLINE": "1"}),
            **({"CUDA_VISIBLE_DEVICES": devices} if devices else {}),
        }
        load = {
            "model": folder,
            "arguments": {**arguments, **self._arguments},
            "lora": os.path.abspath(os.path.expanduser(options.lora)) if options.lora else "",
            "reasoning_parser": options.reasoning_parser,
            "replicas": where.replicas,
        }
        name = f"vLLM replica {number + 1} of {where.replicas}"
        return Launch(name, env, load, warm=options.prefix_caching, module=self.replica_module)

    def _info(self, router: Router, where: Layout) -> EngineInfo:
        holds = [replica.holds for replica in router.replicas]
        self._context_tokens = min(held["context_tokens"] for held in holds)
        rows = self._options.max_in_flight or sum(self._rows(held) for held in holds)
        split = [f"{where.replicas} replica{'s' if where.replicas > 1 else ''} of vLLM"]
        if where.tensor_parallel * where.pipeline_parallel > 1:
            split.append(f"tensor parallel {where.tensor_parallel}, pipeline {where.pipeline_parallel}")
        split.append(f"KV cache for {sum(held['kv_tokens'] or 0 for held in holds):,} tokens")
        note = ", ".join([*split, *([where.note] if where.note else [])])
        return EngineInfo(self._model, self._context_tokens, rows, note)

    def _rows(self, held: Mapping[str, Any]) -> int:
        """In flight at one replica: the places in its batch and a queue.

        Without prefix caching no more than its KV cache holds; with it, what prompts share is held once,
        and vLLM lets wait what does not fit.
        """
        most: int = held["max_num_seqs"]
        if held["kv_tokens"] and not self._options.prefix_caching:
            most = min(most, max(1, held["kv_tokens"] // self._options.row_tokens))
        return math.ceil(most * _QUEUE)
