"""The scripted engine: replies from a file, a function or a built-in name, errors on demand.

A real engine for what a model cannot do when asked: `--engine scripted --model replies.jsonl`
(see `rtlglot.engines.script`), `--model package.module:function`, `--model file.py:function`
or one of `echo`, `sentence`, `module`.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import importlib.util
import inspect
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from rtlglot.engines import Engine, EngineInfo
from rtlglot.engines.lengths import fit
from rtlglot.engines.script import Rule, Script, read_script
from rtlglot.errors import ConfigError, EngineDead, RowError, RtlglotError, TransientError
from rtlglot.options import fill
from rtlglot.records import Finish, Json, Message, Reason, Reply, Request

_CHARACTERS_PER_TOKEN = 4
"""The whole tokenizer: a rule of thumb, so that counts are exact and known in advance."""
TEMPLATE_TOKENS = 4
"""What a chat template would add to each message."""


@dataclass(frozen=True, slots=True)
class _ScriptedOptions:
    """Options of the scripted engine."""

    delay_s: float = 0.0
    """Seconds before each answer, where its rule does not say."""
    context_tokens: int | None = 131_072
    max_in_flight: int = 64
    log: str | None = None
    """A file that gets one JSON line per asking, before it is answered."""


_AnswerCall = Callable[[Request], Any]
"""What a user's function may be: text or a Reply, at once or awaited."""


class ScriptedEngine(Engine):
    """An engine that says what its script says."""

    def __init__(self, model: str, options: Mapping[str, Any] | None = None) -> None:
        self._model = model
        self._options = fill(_ScriptedOptions, options or {}, part="engine.scripted")
        self._script: Script | None = None
        self._answer: _AnswerCall | None = None
        self._running = False
        self._waiting: set[asyncio.Future[None]] = set()
        self._log: int | None = None
        self._identity = self._load()

    def identity(self) -> Mapping[str, Json]:
        """The script by content: an edited file is another model."""
        return self._identity

    async def start(self) -> EngineInfo:
        """Nothing to load; opens the log."""
        if self._options.log is not None and self._log is None:
            self._log = os.open(self._options.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        self._running = True
        return EngineInfo(
            model=self._model,
            context_tokens=self._options.context_tokens,
            max_in_flight=self._options.max_in_flight,
            note="scripted replies; token counts are a quarter of the characters",
        )

    async def count_tokens(self, messages: Sequence[Message]) -> int | None:
        """A quarter of the characters, plus four a message."""
        return _prompt_tokens(messages)

    async def generate(self, request: Request) -> Reply:
        """The script's answer, or the error it asks for."""
        begun = time.perf_counter()
        if not self._running:
            raise EngineDead(f"the scripted engine {self._model!r} is not running")
        if not request.messages:
            raise RowError(Reason.BAD_REQUEST, "the chat has no messages")
        if request.sampling.max_tokens < 1:
            raise RowError(Reason.BAD_REQUEST, f"max_tokens is {request.sampling.max_tokens}")
        prompt_tokens = _prompt_tokens(request.messages)
        most = fit(prompt_tokens, request.sampling.max_tokens, self._options.context_tokens)
        if self._log is not None:
            os.write(self._log, _log_line(request))
        if self._script is not None:
            reply = await self._by_rule(self._script, request)
        else:
            reply = await self._by_function(request)
        reply = _cut(reply, most, request.sampling.stop)
        return replace(
            reply,
            prompt_tokens=prompt_tokens if reply.prompt_tokens is None else reply.prompt_tokens,
            seconds=time.perf_counter() - begun,
        )

    async def aclose(self) -> None:
        """Ends what is in flight; the counts of `times` and `total` stay."""
        self._fail_waiting("the scripted engine was closed")
        if self._log is not None:
            os.close(self._log)
            self._log = None

    async def _by_rule(self, script: Script, request: Request) -> Reply:
        found = script.rule_for(request)
        if found is None:
            raise RowError(Reason.ENGINE_ERROR, f"no rule in {script.origin} fits row {request.row_id!r}")
        rule, groups = found
        own = rule.wait_s(request)
        await self._wait(self._options.delay_s if own is None else own)
        if rule.error is not None:
            raise self._error(rule)
        finish = rule.finish or Finish.STOP
        text = rule.text(request, groups)
        return Reply(text, finish, rule.prompt_tokens, rule.completion_tokens, think=rule.think)

    async def _by_function(self, request: Request) -> Reply:
        assert self._answer is not None
        await self._wait(self._options.delay_s)
        try:
            answer = self._answer(request)
            if inspect.isawaitable(answer):
                answer = await answer
        except RtlglotError as error:
            if isinstance(error, EngineDead):
                self._fail_waiting(str(error))
            raise
        except Exception as error:  # whatever a user's function raises is this row's failure
            raise RowError(
                Reason.ENGINE_ERROR, f"{self._model} raised {type(error).__name__}: {error}"
            ) from error
        if isinstance(answer, Reply):
            return answer
        if not isinstance(answer, str):
            raise RowError(
                Reason.ENGINE_ERROR, f"{self._model} gave {type(answer).__name__}, not text or a Reply"
            )
        return Reply(answer, Finish.STOP)

    def _error(self, rule: Rule) -> RtlglotError:
        if rule.error == "row":
            return RowError(rule.reason, rule.message)
        if rule.error == "transient":
            return TransientError(rule.message, retry_after_s=rule.retry_after_s, overload=rule.overload)
        if rule.error == "config":
            return ConfigError(rule.message)
        self._fail_waiting(rule.message)
        return EngineDead(rule.message)

    async def _wait(self, delay_s: float) -> None:
        """Sleeps without a task or timer left behind; the engine's death ends it."""
        if delay_s <= 0:
            return
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(delay_s, _wake, waiting)
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            timer.cancel()
            self._waiting.discard(waiting)

    def _fail_waiting(self, message: str) -> None:
        self._running = False
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(EngineDead(message))

    def _load(self) -> Mapping[str, Json]:
        name = self._model
        if name in _BUILT_IN:
            self._answer = _BUILT_IN[name]
            return {"script": name}
        module, _, function = name.rpartition(":")
        path = Path(name)
        if not path.is_file() and module:
            self._answer, source = _function(module, function)
            return {"script": function, "content": source}
        if not path.is_file():
            raise ConfigError(
                f"the scripted engine knows no model {name!r}",
                hint=f"a file of replies, package.module:function, or one of {', '.join(_BUILT_IN)}",
            )
        self._script = read_script(path)
        return {"script": "file", "content": _hash(path)}


def _function(module_name: str, function: str) -> tuple[_AnswerCall, str | None]:
    """The function and the hash of the file it is in (None where it has none)."""
    try:
        if module_name.endswith(".py"):
            module = _module_in(Path(module_name))
        else:
            module = importlib.import_module(module_name)
        answer = getattr(module, function)
    except (ImportError, AttributeError, OSError, SyntaxError) as error:
        raise ConfigError(f"cannot load {module_name}:{function}: {error}") from error
    if not callable(answer):
        raise ConfigError(f"{module_name}:{function} is no function")
    return answer, _hash(Path(module.__file__)) if module.__file__ else None


def _module_in(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)  # dataclasses and pickle look their module up
    spec.loader.exec_module(module)
    return module


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


def _prompt_tokens(messages: Sequence[Message]) -> int:
    return sum(len(message.content) // _CHARACTERS_PER_TOKEN + TEMPLATE_TOKENS for message in messages)


def _cut(reply: Reply, max_tokens: int, stop: tuple[str, ...]) -> Reply:
    """Ends the text at a stop text or at max_tokens, as a model would, and counts it."""
    text, finish = reply.text, reply.finish
    for end in stop:
        text = text.partition(end)[0]
    if reply.completion_tokens is not None:
        return replace(reply, text=text)
    tokens = -(-len(text) // _CHARACTERS_PER_TOKEN)
    if tokens > max_tokens:
        text, finish, tokens = text[: max_tokens * _CHARACTERS_PER_TOKEN], Finish.LENGTH, max_tokens
    return replace(reply, text=text, finish=finish, completion_tokens=tokens)


def _digest(request: Request) -> str:
    content = repr((request.messages, request.sampling, request.sample, request.attempt))
    return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()


def _log_line(request: Request) -> bytes:
    line = {
        "row_id": request.row_id,
        "sample": request.sample,
        "attempt": request.attempt,
        "request": _digest(request),
    }
    return json.dumps(line).encode() + b"\n"


def _echo(request: Request) -> str:
    return request.messages[-1].content


def _sentence(request: Request) -> str:
    return f"The design with the number {_digest(request)} holds its output until the next clock edge."


def _module(request: Request) -> str:
    name = f"m_{_digest(request)}"
    return f"```verilog\nmodule {name}(input wire a, output wire y);\n  assign y = ~a;\nendmodule\n```"


_BUILT_IN: Mapping[str, _AnswerCall] = {
    "echo": _echo,
    "sentence": _sentence,
    "module": _module,
}
"""Names that need no file: the last message back, one sentence, one small module."""
