"""The engine at vLLM's own api server, on the CPU, with the embedded model: what the stub claims is so."""

from __future__ import annotations

import asyncio
import http.client
import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.embedded_hf import embedded_hf
from tests.unit.engines_openai.chats import ask, until

from rtlglot.engines.openai.engine import OpenAiEngine
from rtlglot.errors import ConfigError, EngineLost, RowError, TransientError
from rtlglot.models import EMBEDDED, find
from rtlglot.records import Finish, Reason

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("vllm") is None, reason="vLLM is not installed (.ci/install-vllm)"
    ),
    pytest.mark.skipif(find(EMBEDDED) is None, reason=f"no model: rtlglot models pull {EMBEDDED}"),
]
CONTEXT_TOKENS = 1024
STARTUP_S = 240


class Server:
    """vLLM's api server as a child process."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        arguments = ["--model", str(embedded_hf()), "--served-model-name", "small", "--port", str(self.port)]
        arguments += ["--host", "127.0.0.1", "--max-model-len", str(CONTEXT_TOKENS), "--enforce-eager"]
        environment = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
        environment |= {"VLLM_CPU_NUM_OF_RESERVED_CPU": "0", "VLLM_CPU_KVCACHE_SPACE": "1"}
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vllm.entrypoints.openai.api_server", *arguments],
                stdout=file,
                stderr=file,
                env=os.environ | environment,
                start_new_session=True,
            )
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    def kill(self) -> None:
        """The server and its engine core."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, 9)
            self.process.wait()

    def running_requests(self) -> float:
        """How many the engine core works on."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        (line,) = [line for line in lines if line.startswith("vllm:num_requests_running{")]
        return float(line.rpartition(" ")[2])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("vllm") / "server.log"
    server = Server(log)
    yield server
    server.kill()


@pytest.fixture
async def engine(server: Server) -> AsyncIterator[OpenAiEngine]:
    engine = OpenAiEngine(server.base_url, {"start_timeout_s": STARTUP_S})
    try:
        await engine.start()
    except EngineLost as error:
        pytest.fail(f"{error}; see the server's log in the temporary folder")
    yield engine
    await engine.aclose()


async def test_start_waits_for_it_and_learns_name_and_context(server: Server) -> None:
    engine = OpenAiEngine(server.base_url, {"start_timeout_s": STARTUP_S})
    info = await engine.start()
    await engine.aclose()
    assert (info.model, info.context_tokens, info.note) == ("small", CONTEXT_TOKENS, "")


async def test_a_model_it_does_not_serve(engine: OpenAiEngine, server: Server) -> None:
    with pytest.raises(ConfigError, match="it serves: small"):
        await OpenAiEngine("other", {"base_url": server.base_url}).start()


async def test_replies_and_their_counts(engine: OpenAiEngine) -> None:
    request = ask("What is a flip-flop?", max_tokens=16, temperature=0.0)
    reply = await engine.generate(request)
    assert (reply.finish, reply.completion_tokens) == (Finish.LENGTH, 16)
    assert reply.prompt_tokens == await engine.count_tokens(request.messages)
    assert (await engine.generate(request)).text == reply.text
    word = reply.text.split()[3]
    stopped = await engine.generate(ask("What is a flip-flop?", max_tokens=16, temperature=0.0, stop=(word,)))
    assert stopped.finish is Finish.STOP
    assert stopped.text.strip() == reply.text.partition(word)[0].strip()


async def test_many_seeded_rows_at_once(engine: OpenAiEngine) -> None:
    asked = [engine.generate(ask(f"Describe counter {n}.", max_tokens=2 + n, seed=n)) for n in range(24)]
    for number, reply in enumerate(await asyncio.gather(*asked)):
        assert reply.completion_tokens is not None
        assert 0 < reply.completion_tokens <= 2 + number


async def test_near_the_limit_the_reply_gets_what_is_left(engine: OpenAiEngine) -> None:
    request = ask("word " * 960, max_tokens=400, temperature=0.0)
    count = await engine.count_tokens(request.messages)
    assert count is not None
    assert CONTEXT_TOKENS - 60 < count < CONTEXT_TOKENS
    reply = await engine.generate(request)
    assert reply.prompt_tokens == count


async def test_an_over_long_prompt_fails_alone_before_it_is_sent(engine: OpenAiEngine) -> None:
    good = asyncio.create_task(engine.generate(ask("hello", max_tokens=4)))
    with pytest.raises(RowError, match=str(CONTEXT_TOKENS)) as caught:
        await engine.generate(ask("word " * 3000))
    assert caught.value.reason is Reason.PROMPT_TOO_LONG
    assert (await good).text


async def test_its_own_refusals_are_told_apart(server: Server, engine: OpenAiEngine) -> None:
    trusting = OpenAiEngine("small", {"base_url": server.base_url, "context_tokens": 10**6})
    await trusting.start()
    for request, reason in (
        (ask("word " * 3000), Reason.PROMPT_TOO_LONG),
        (ask("hello", max_tokens=0), Reason.BAD_REQUEST),
        (ask("hello", temperature=-1.0), Reason.BAD_REQUEST),
    ):
        with pytest.raises(RowError, match="answers 400") as caught:
            await trusting.generate(request)
        assert caught.value.reason is reason
    await trusting.aclose()


async def test_cancelling_ends_it_in_the_engine_core(server: Server, engine: OpenAiEngine) -> None:
    story = asyncio.create_task(engine.generate(ask("Tell a long story.", max_tokens=900, temperature=1.9)))
    await until(lambda: server.running_requests() == 1)
    story.cancel()
    with pytest.raises(asyncio.CancelledError):
        await story
    begun = time.monotonic()
    await until(lambda: server.running_requests() == 0, timeout_s=5)
    assert time.monotonic() - begun < 5


async def test_a_dead_server_may_come_back(server: Server, engine: OpenAiEngine) -> None:
    story = asyncio.create_task(engine.generate(ask("Tell a long story.", max_tokens=900, temperature=1.9)))
    await until(lambda: server.running_requests() == 1)
    server.kill()
    with pytest.raises(TransientError):
        await story
    with pytest.raises(TransientError):
        await engine.generate(ask("hello"))
