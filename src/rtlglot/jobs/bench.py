"""How fast an engine is: the same prompts under each setting of a sweep, measured one after the other.

A setting is a full start of the engine; the clock runs from the first request on. A setting that cannot
be is a line of the table with the reason, not the end of the sweep.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rtlglot.engines import ENGINES, Engine, EngineInfo
from rtlglot.errors import ConfigError, EngineDead, RowError, UsageError
from rtlglot.jobs.bench_memory import PeakMemory
from rtlglot.jobs.bench_share import Share
from rtlglot.plan.roofline import Tokens
from rtlglot.records import Message, Reply, Request, Sampling
from rtlglot.run.loop import run_loop
from rtlglot.run.supervise import Supervised

CONCURRENCY = "concurrency"
"""Can be swept like an engine's option: requests in flight."""

_Setting = Mapping[str, str]
Chat = tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class BenchSpec:
    """What is measured."""

    engine: str
    model: str
    options: Mapping[str, Any]
    """The engine's options that all settings share."""
    sweep: Mapping[str, Sequence[str]]
    """Option -> its values; every combination is one setting."""
    chats: Sequence[Chat]
    sampling: Sampling
    varied: bool = False
    """Replies of a seeded, log-normal length up to max_tokens, instead of as the model likes: for
    weights that never end a reply."""
    concurrency: int | None = None


@dataclass(slots=True)
class Measured:
    """One line of the table."""

    setting: _Setting
    trouble: str = ""
    """Why there is nothing to measure; '' where there is."""
    rows: int = 0
    failed: int = 0
    """Rows without a reply."""
    load_s: float = 0.0
    seconds: float = 0.0
    first_row_s: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    in_flight: int = 0
    peak_rss_bytes: int = 0
    """Of this process and all that it has started."""
    peak_gpu_bytes: int = 0
    """Of all visible GPUs; 0 without one."""
    mfu: float | None = None
    """Share of the cards' bf16 arithmetic that the model's own FLOP are, 0 to 1."""
    no_mfu: str = ""
    """Why there is no such share."""
    note: str = ""

    @property
    def it_s(self) -> float:
        """Rows with a reply a second."""
        return self._rate(self.rows - self.failed)

    @property
    def input_tokens_s(self) -> float:
        return self._rate(self.input_tokens)

    @property
    def output_tokens_s(self) -> float:
        return self._rate(self.output_tokens)

    def _rate(self, number: int) -> float:
        return number / self.seconds if self.seconds else 0.0


def settings(sweep: Mapping[str, Sequence[str]]) -> list[_Setting]:
    """Every combination, the last option varying fastest; one empty setting without a sweep."""
    return [dict(zip(sweep, values, strict=True)) for values in itertools.product(*sweep.values())]


def parse_sweep(texts: Iterable[str]) -> dict[str, list[str]]:
    """['prefix_caching=on,off'] -> {'prefix_caching': ['on', 'off']}."""
    sweep: dict[str, list[str]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        name = name.removeprefix("engine.").replace("-", "_")
        listed = [value.strip() for value in values.split(",")]
        if not equals or not name or not all(listed):
            raise UsageError(f"--sweep {text!r} is not understood", hint="write OPTION=VALUE,VALUE")
        if name in sweep:
            raise UsageError(f"--sweep {name} is given twice", hint="write all its values in one")
        sweep[name] = listed
    return sweep


def bench(spec: BenchSpec, tell: Callable[[str], None]) -> list[Measured]:
    """Measure every setting; `tell` gets a line as each begins and ends.

    Raises UsageError where an option is unknown, before anything is measured.
    """
    wanted = settings(spec.sweep)
    for setting in wanted:
        _make(spec, setting)
        _in_flight(spec, setting)
    lines = []
    for number, setting in enumerate(wanted, 1):
        name = describe(setting) or "as it is"
        tell(f"[{number}/{len(wanted)}] {name}")
        measured = asyncio.run(measure(spec, setting))
        tell(f"      {measured.trouble or f'{measured.it_s:.2f} it/s after {measured.load_s:.0f} s to load'}")
        lines.append(measured)
    return lines


def describe(setting: _Setting) -> str:
    """'tensor_parallel=2 prefix_caching=on'."""
    return " ".join(f"{name}={value}" for name, value in setting.items())


def best(lines: Sequence[Measured]) -> Measured | None:
    """The fastest that answered every row, else the fastest; None where nothing was measured."""
    usable = [line for line in lines if line.it_s]
    return max(usable, key=lambda line: (not line.failed, line.it_s), default=None)


async def measure(spec: BenchSpec, setting: _Setting) -> Measured:
    """Start the engine with a setting, ask everything, close it."""
    measured = Measured(setting)
    engine = Supervised(_make(spec, setting), in_flight=_in_flight(spec, setting))
    try:
        with PeakMemory() as peak:
            begun = time.perf_counter()
            info = await engine.start()
            measured.load_s = time.perf_counter() - begun
            await _ask_all(spec, engine, info, measured)
        measured.peak_rss_bytes, measured.peak_gpu_bytes = peak.rss_bytes, peak.gpu_bytes
        _compare_with_the_cards(spec, measured)
    except (ConfigError, EngineDead) as error:
        measured.trouble = " ".join(f"{error} {error.hint}".split())
    finally:
        await engine.aclose()
    return measured


def _compare_with_the_cards(spec: BenchSpec, measured: Measured) -> None:
    share = Share(spec.model, spec.engine, {**spec.options, **measured.setting})
    answered = measured.rows - measured.failed
    tokens = Tokens(answered, measured.input_tokens, measured.cached_tokens, measured.output_tokens)
    measured.mfu, measured.no_mfu = share.of(tokens, measured.seconds), share.why


def _make(spec: BenchSpec, setting: _Setting) -> Engine:
    options = {name: value for name, value in setting.items() if name != CONCURRENCY}
    engine: Engine = ENGINES.load(spec.engine)(spec.model, {**spec.options, **options})
    if engine.expects:
        engine.expect(_longest(spec.chats, spec.sampling))
    return engine


def _longest(chats: Sequence[Chat], sampling: Sampling) -> int:
    """An upper bound of the longest prompt plus reply: no token is shorter than a byte, few are one."""
    longest = max(sum(len(message.content.encode()) for message in chat) for chat in chats)
    return longest // 2 + sampling.max_tokens


def _in_flight(spec: BenchSpec, setting: _Setting) -> int | None:
    value = setting.get(CONCURRENCY)
    if value is None:
        return spec.concurrency
    if not value.isdecimal() or not int(value):
        raise UsageError(f"concurrency is {value!r}", hint="a number of requests in flight")
    return int(value)


async def _ask_all(spec: BenchSpec, engine: Supervised, info: EngineInfo, measured: Measured) -> None:
    measured.in_flight, measured.note = engine.gate.most, info.note
    begun = time.perf_counter()

    async def work(request: Request) -> None:
        measured.rows += 1
        try:
            reply = await engine.generate(request)
        except RowError:
            measured.failed += 1
            return
        _count(measured, reply, time.perf_counter() - begun)

    requests = requests_of(spec)
    await run_loop(requests, work, in_flight=measured.in_flight, stop=asyncio.Event(), drain_s=0)
    measured.seconds = time.perf_counter() - begun


def _count(measured: Measured, reply: Reply, now_s: float) -> None:
    measured.first_row_s = measured.first_row_s or now_s
    measured.input_tokens += reply.prompt_tokens or 0
    measured.output_tokens += reply.completion_tokens or 0
    measured.cached_tokens += reply.cached_tokens or 0


def requests_of(spec: BenchSpec) -> list[Request]:
    """The same for every setting."""
    draw = random.Random(1)
    requests = []
    for number, chat in enumerate(spec.chats):
        sampling = replace(spec.sampling, seed=number) if spec.sampling.seed is not None else spec.sampling
        if spec.varied:
            # Mean 123 and at most 200 tokens: what the seed's own table shows (3,702 / 29.96).
            length = int(draw.lognormvariate(4.79, 0.5))
            sampling = replace(sampling, max_tokens=max(1, min(length, sampling.max_tokens)))
        requests.append(Request(chat, sampling, row_id=str(number)))
    return requests
