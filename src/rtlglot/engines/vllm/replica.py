"""One replica: vLLM's AsyncLLM in a program of its own, `python -m rtlglot.engines.vllm.replica`.

Messages in:

    load      model and engine arguments; answered with what it can hold
    generate  token ids and sampling; answered with `text`, `finish` and counts
    cancel    forget a `generate`; not answered

Every answer carries the number `n` of its message; `error` says where it failed: 'config' (the
arguments), 'load' (the engine did not come up), 'row' (this request is refused), 'again' (it failed,
the engine lives) or 'dead' (the engine is gone: the program says so to everyone who waits, and ends).
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import json
import os
import signal
import threading
import traceback
from collections.abc import Mapping
from typing import Any

from rtlglot.engines.channel import Channel, Message, live_and_die_with_the_parent
from rtlglot.registry import did_you_mean

_GRACE_S = 8.0
"""For vLLM to end its own processes once our parent is gone or done; then they are killed."""

ON = frozenset({"true", "1", "on", "yes"})
_OFF = frozenset({"false", "0", "off", "no"})

_CPU_KV_BYTES = 4 << 30
"""Of the KV cache on a CPU, where the user does not say: at most a quarter of the memory."""


class LoadRefused(Exception):
    """The answer to a message that cannot be followed: kind of error and what to say."""

    def __init__(self, kind: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.kind, self.hint = kind, hint


class ReplicaServer:
    """Answers messages with one AsyncLLM."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done = asyncio.Event()
        self._engine: Any = None
        self._lora: Any = None
        self._seeds = True
        self._parse_reasoning: Any = None
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._channel = Channel(deliver=self._deliver, ended=self._parent_ended)

    async def serve(self) -> None:
        """Runs until the input closes or the engine is dead."""
        await self._done.wait()
        for task in list(self._tasks.values()):
            task.cancel()
        if self._engine is not None:
            await asyncio.to_thread(self._engine.shutdown)

    def _deliver(self, message: Message) -> None:
        self._loop.call_soon_threadsafe(self._take, message)

    def _parent_ended(self) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        # Whatever the event loop is busy with: nothing of ours may outlive the parent for long.
        threading.Event().wait(_GRACE_S)
        os.killpg(0, signal.SIGKILL)

    def _take(self, message: Message) -> None:
        number = message["n"]
        if message["op"] == "cancel":
            task = self._tasks.get(number)
            if task is not None:
                task.cancel()  # AsyncLLM aborts the request
            return
        task = self._loop.create_task(self._answer(number, message))
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number, None))

    async def _answer(self, number: int, message: Message) -> None:
        act = {"load": self._load, "generate": self._generate}[message["op"]]
        try:
            answer = await act(message)
        except LoadRefused as refused:
            answer = {"error": refused.kind, "message": str(refused), "hint": refused.hint}
        except Exception as error:  # noqa: BLE001 - whoever waits gets an answer
            traceback.print_exc()
            kind = "load" if self._engine is None else "dead" if self._engine.errored else "again"
            answer = {"error": kind, "message": f"{type(error).__name__}: {_said(error)}", "hint": ""}
        self._channel.send({"n": number, **answer})
        if answer.get("error") == "dead":
            # The others in flight get the same answer from their own tasks first.
            self._loop.call_later(0.2, self._done.set)

    async def _load(self, message: Message) -> Message:
        named = {**_cpu_defaults(message["replicas"]), "disable_log_stats": True, **message["arguments"]}
        arguments = engine_arguments(message["model"], named)
        from vllm.usage.usage_lib import UsageContext
        from vllm.v1.engine.async_llm import AsyncLLM

        try:
            config = arguments.create_engine_config(UsageContext.LLM_CLASS)
        except Exception as error:  # pydantic, OSError, ValueError …: all are about the arguments
            raise LoadRefused("config", f"vLLM refuses: {_said(error)}") from error
        try:
            self._engine = AsyncLLM.from_vllm_config(config, disable_log_stats=arguments.disable_log_stats)
        except Exception as error:
            raise LoadRefused("load", f"vLLM did not come up: {_said(error)}") from error
        # On a CPU a seeded request whose prompt is read in parts kills vLLM 0.32's engine.
        self._seeds = not (_on_cpu() and config.scheduler_config.enable_chunked_prefill)
        self._use_lora(message["lora"])
        self._parse_reasoning = reasoning_parser(message["reasoning_parser"], self._engine)
        return {
            "context_tokens": config.model_config.max_model_len,
            "kv_tokens": config.cache_config.kv_cache_size_tokens,
            "max_num_seqs": config.scheduler_config.max_num_seqs,
        }

    def _use_lora(self, folder: str) -> None:
        if folder:
            from vllm.lora.request import LoRARequest

            self._lora = LoRARequest("adapter", 1, folder)

    async def _generate(self, message: Message) -> Message:
        from vllm.exceptions import VLLMClientError, VLLMError

        if self._engine is None:
            raise LoadRefused("dead", "nothing is loaded")
        try:
            output = await self._final(message)
        except VLLMClientError as error:
            raise LoadRefused("row", _said(error)) from error
        except VLLMError as error:
            # EngineGenerateError is about one request as long as the engine lives.
            kind = "dead" if self._engine.errored else "again"
            raise LoadRefused(kind, _said(error)) from error
        (choice,) = output.outputs
        think, text = None, choice.text
        if self._parse_reasoning is not None:
            think, text = self._parse_reasoning(text)
        return {
            "text": text,
            "think": think,
            "finish": "length" if choice.finish_reason == "length" else "stop",
            "prompt_tokens": len(output.prompt_token_ids),
            "completion_tokens": len(choice.token_ids),
            "cached_tokens": output.num_cached_tokens,
        }

    async def _final(self, message: Message) -> Any:
        """The one output of a request. vLLM calls token ids in this form deprecated, nothing else does."""
        prompt = {"prompt_token_ids": message["ids"]}
        sampling, name = sampling_params(message["sampling"], seeds=self._seeds), str(message["n"])
        stream = self._engine.generate(prompt, sampling, name, lora_request=self._lora)
        outputs = [output async for output in stream]
        if not outputs or outputs[-1].outputs[0].finish_reason == "abort":
            raise LoadRefused("again", "vLLM gave the request up")
        return outputs[-1]


def _on_cpu() -> bool:
    """Whether this is vLLM's CPU build."""
    from vllm.platforms import current_platform

    return bool(current_platform.is_cpu())


def _cpu_defaults(replicas: int) -> dict[str, Any]:
    """What to ask of vLLM on a CPU; nothing elsewhere."""
    # Read when vLLM starts its workers: by default it leaves one core idle.
    os.environ.setdefault("VLLM_CPU_NUM_OF_RESERVED_CPU", "0")
    if not _on_cpu():
        return {}
    defaults: dict[str, Any] = {"enable_chunked_prefill": False}
    if not os.environ.get("VLLM_CPU_KVCACHE_SPACE"):
        # vLLM would take 92 % of the machine's memory.
        memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        defaults["kv_cache_memory_bytes"] = min(_CPU_KV_BYTES, memory_bytes // 4) // replicas
    return defaults


def engine_arguments(model: str, named: Mapping[str, Any]) -> Any:
    """AsyncEngineArgs from names and values; texts are read as vLLM's own command line reads them."""
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    known = {field.name: str(field.type) for field in dataclasses.fields(AsyncEngineArgs)}
    for name in named:
        if name not in known:
            raise LoadRefused("config", f"vLLM has no engine argument {name!r}", did_you_mean(name, known))
    parser = AsyncEngineArgs.add_cli_args(FlexibleArgumentParser())
    words = ["--model", model]
    for name, value in named.items():
        words += _words(name, value, switch="bool" in known[name])
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            return AsyncEngineArgs.from_cli_args(parser.parse_args(words))
    except SystemExit as error:
        said = complaint.getvalue().strip().splitlines()
        why = said[-1] if said else "no word why"
        raise LoadRefused("config", f"vLLM refuses an argument: {why}") from error


def _words(name: str, value: Any, *, switch: bool) -> list[str]:
    flag, text = name.replace("_", "-"), str(value).lower()
    if switch and text in ON | _OFF:
        return [f"--{flag}" if text in ON else f"--no-{flag}"]
    if isinstance(value, list | tuple):
        return [f"--{flag}", *map(str, value)]
    return [f"--{flag}", json.dumps(value) if isinstance(value, dict) else str(value)]


def sampling_params(asked: Mapping[str, Any], *, seeds: bool) -> Any:
    """vLLM's SamplingParams: one output, all of it at the end."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    return SamplingParams(
        max_tokens=asked["max_tokens"],
        temperature=asked["temperature"],
        top_p=asked["top_p"],
        seed=asked["seed"] if seeds else None,
        stop=list(asked["stop"]),
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def reasoning_parser(name: str, engine: Any) -> Any:
    """A function text -> (reasoning or None, answer), or None where no parser is asked for."""
    if not name:
        return None
    from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
    from vllm.reasoning import ReasoningParserManager

    try:
        parser = ReasoningParserManager.get_reasoning_parser(name)(engine.get_tokenizer())
    except Exception as error:  # unknown name, or a tokenizer without its tags
        raise LoadRefused("config", f"vLLM's reasoning parser {name!r}: {_said(error)}") from error
    request = ChatCompletionRequest(messages=[], model="")

    def parse(text: str) -> tuple[str | None, str]:
        think, answer = parser.extract_reasoning(text, request)
        return think, answer or ""

    return parse


def _said(error: BaseException) -> str:
    """An error in one line of at most a few hundred characters."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 400 else f"{text[:400]} …"


def main() -> None:
    """Serves one parent."""
    live_and_die_with_the_parent(at_once=False)

    async def serve() -> None:
        await ReplicaServer(asyncio.get_running_loop()).serve()

    asyncio.run(serve())
    os._exit(0)  # no destructors: the parent ends what vLLM may have left running


if __name__ == "__main__":
    main()
