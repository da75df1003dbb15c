"""The engines that the contract is tried on: one entry each, with what differs between them.

To add an engine, write a Stand and put it into STANDS.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rtlglot import models
from rtlglot.engines import ENGINES, Engine
from rtlglot.errors import EngineDead, RtlglotError, TransientError
from rtlglot.records import Message, Request, Sampling
from tests.contract import vllm_stand
from tests.server import Stub
from tests.vllm_stand_in import vllm_stand_in

HELLO = "hi"
"""Answered with a short text that ends by itself."""
TALE = "Write a very long story about a flip-flop, with many chapters."
"""Answered with more than any `max_tokens` below."""
FATAL = "Die now."
"""Kills a scripted engine."""

SCRIPT = [
    {"when": "^Die now", "error": "dead", "message": "the script kills it"},
    {"when": "^hi$", "reply": "Hello, how can I help you with your design today?"},
    {"when": "story", "reply": "Once upon a time a latch met a flip-flop. " * 2000, "delay_s": 0.3},
    {"reply": "It counts the rising edges of the clock, and then it starts again. " * 20, "delay_s": 0.02},
]


@dataclass(frozen=True)
class Stand:
    """One engine under test."""

    name: str
    model: Callable[[Path], str]
    """The model, given a folder to put files in."""
    kill: Callable[[Engine], Awaitable[None]]
    """Kills the engine under its rows."""
    missing: str = ""
    """Why it cannot be tried here."""
    options: Callable[[], dict[str, Any]] = dict
    """Options without which it cannot be made."""
    revive: Callable[[], None] = lambda: None
    """What must happen outside the engine before it can start again after `kill`."""
    dead: type[RtlglotError] = EngineDead
    """What its rows meet when it is killed: an endpoint that is gone may come back by itself."""
    counts_early: bool = True
    """Whether it can count tokens before it is started."""
    greedy_repeats: bool = True
    hello: str = HELLO
    """A message that the model answers shortly and then ends by itself."""
    heals: bool = False
    """Whether it starts again by itself when it is killed."""
    make: Callable[[str, dict[str, Any]], Engine] | None = None
    """Makes the engine, where the table's is not used as it is."""
    surroundings: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext
    """What it needs of its surroundings."""


def _scripted_model(folder: Path) -> str:
    path = folder / "replies.json"
    path.write_text(json.dumps(SCRIPT))
    return str(path)


async def _kill_scripted(engine: Engine) -> None:
    with contextlib.suppress(Exception):
        await engine.generate(ask(FATAL))


async def _kill_children(engine: Engine) -> None:
    children = child_pids("rtlglot.engines.")
    assert children, "the engine has no child program"
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def child_pids(module: str) -> list[int]:
    """Our own children that run a module of that name."""
    text = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    return [pid for pid in map(int, text.split()) if module in Path(f"/proc/{pid}/cmdline").read_text()]


def _no_openvino() -> str:
    if importlib.util.find_spec("openvino_genai") is None:
        return "openvino-genai is not installed"
    if models.find(models.EMBEDDED) is None:
        return f"the embedded model is not here: rtlglot models pull {models.EMBEDDED}"
    return ""


ENDPOINT = Stub(
    defaults={
        "context_tokens": 16_384,
        "word_s": 0.002,
        "rules": [{"when": "story", "do": "reply", "words": 3000}],
    }
)
"""The endpoint of the openai engine: started when it is first wanted, and again after a kill."""


def _endpoint() -> dict[str, Any]:
    if not ENDPOINT.port:
        ENDPOINT.start()
    return {"base_url": ENDPOINT.base_url}


async def _kill_endpoint(engine: Engine) -> None:
    ENDPOINT.kill()


@pytest.fixture(scope="session", autouse=True)
def _end_of_the_endpoint() -> Iterator[None]:
    yield
    ENDPOINT.kill()


STANDS = [
    pytest.param(Stand("scripted", _scripted_model, _kill_scripted), id="scripted"),
    pytest.param(
        Stand("openvino", lambda _: models.EMBEDDED, _kill_children, missing=_no_openvino()),
        id="openvino",
        marks=pytest.mark.embedded,
    ),
    pytest.param(
        Stand(
            "openai",
            lambda _: "stub",
            _kill_endpoint,
            options=_endpoint,
            revive=ENDPOINT.start,
            dead=TransientError,
            counts_early=False,
        ),
        id="openai",
    ),
]


def _vllm(name: str, **differences: Any) -> Any:
    mark = pytest.mark.vllm if name == "vllm" else ()
    return pytest.param(Stand("vllm", heals=True, **differences), id=name, marks=mark)


STANDS += [
    _vllm(
        "vllm-stand-in",
        model=vllm_stand.folder,
        kill=_kill_children,
        missing=vllm_stand.why_no_stand_in(),
        surroundings=vllm_stand_in,
    ),
    _vllm(
        "vllm",
        model=lambda _: vllm_stand.embedded(),
        hello="Thank you!",
        kill=vllm_stand.kill,
        missing=vllm_stand.why_not_real(),
        options=vllm_stand.quick_options,
        make=vllm_stand.Shared,
    ),
]


@pytest.fixture(scope="session", autouse=True)
def _end_of_vllm() -> Iterator[None]:
    yield
    vllm_stand.Shared.end()


@pytest.fixture(params=STANDS)
def stand(request: pytest.FixtureRequest) -> Stand:
    stand: Stand = request.param
    if stand.missing:
        pytest.skip(stand.missing)
    return stand


Make = Callable[..., Engine]


@pytest.fixture
async def make(stand: Stand, tmp_path: Path) -> AsyncIterator[Make]:
    """Makes engines with options; closes them all at the end."""
    made: list[Engine] = []

    def make(**options: Any) -> Engine:
        new = stand.make or ENGINES.load(stand.name)
        engine: Engine = new(stand.model(tmp_path), {**stand.options(), **options})
        made.append(engine)
        return engine

    with stand.surroundings():
        yield make
        for engine in made:
            await engine.aclose()


@pytest.fixture
async def engine(make: Make) -> Engine:
    """A started engine."""
    engine = make()
    await engine.start()
    return engine


def ask(text: str, max_tokens: int = 16, **sampling: Any) -> Request:
    """A request with one system and one user message, greedy unless said otherwise."""
    sampling = {"temperature": 0.0, "seed": 1, **sampling}
    return Request(chat(text), Sampling(max_tokens=max_tokens, **sampling), row_id=text[:20])


def chat(text: str) -> tuple[Message, ...]:
    """A chat of two messages."""
    return (Message("system", "You are a helpful hardware engineer."), Message("user", text))
