"""The embedded engine beyond the contract, on the real model."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rtlglot import models
from rtlglot.engines.openvino import CHILD, OpenVinoEngine
from rtlglot.engines.program import Program
from rtlglot.errors import ConfigError, RowError, UsageError
from rtlglot.records import Message, Reason, Reply, Request, Sampling

embedded = [
    pytest.mark.embedded,
    pytest.mark.skipif(
        models.find(models.EMBEDDED) is None,
        reason=f"the embedded model is not here: rtlglot models pull {models.EMBEDDED}",
    ),
]
SYSTEM = "You describe hardware designs in plain words. " * 12


def ask(text: str, max_tokens: int = 12, **sampling: Any) -> Request:
    settings = Sampling(max_tokens, **{"temperature": 0.0, **sampling})
    return Request((Message("system", SYSTEM), Message("user", text)), settings)


@contextlib.asynccontextmanager
async def running(model: str = models.EMBEDDED, **options: Any) -> AsyncIterator[OpenVinoEngine]:
    engine = OpenVinoEngine(model, options)
    try:
        await engine.start()
        yield engine
    finally:
        await engine.aclose()


def child_pid() -> int:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    (pid,) = [int(pid) for pid in children if CHILD in Path(f"/proc/{pid}/cmdline").read_text()]
    return pid


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class TestEmbedded:
    """Needs the model."""

    pytestmark = embedded

    async def test_a_cancelled_request_takes_no_more_processor_time(self) -> None:
        async with running() as engine:
            task = asyncio.create_task(engine.generate(ask("Babble.", 7000, temperature=9.0, top_p=1.0)))
            await asyncio.sleep(0.5)
            task.cancel()
            await engine.generate(ask("hi", 2))
            before = processor_s(child_pid())
            await asyncio.sleep(0.5)
            assert processor_s(child_pid()) - before < 0.1

    async def test_others_with_the_same_prefix_wait_for_its_first_token_only(self) -> None:
        async with running() as engine:
            done: list[str] = []

            async def run(name: str, request: Request) -> None:
                await engine.generate(request)
                done.append(name)

            long = run("long", ask("Write a long story.", 150, temperature=2.0))
            await asyncio.gather(long, run("short", ask("Say hi.", 2)))
            assert done == ["short", "long"]

    async def test_seeds_repeat_and_differ(self) -> None:
        async with running() as engine:

            async def text(seed: int | None) -> str:
                reply = await engine.generate(
                    ask("Invent a name.", 16, temperature=1.0, top_p=1.0, seed=seed)
                )
                return reply.text

            await text(0)  # the prompt is in the cache from here on: the same schedule for all
            seeded = [await text(seed) for seed in (5, 5, 2**62, 2**70)]
            assert seeded[0] == seeded[1]
            assert len(set(seeded)) == 3
            assert len({await text(None) for _ in range(3)}) > 1

    async def test_the_kv_cache_bounds_what_is_let_in(self) -> None:
        # 500 tokens at 2 bytes a number: every request alone fits, two of them do not.
        gib = 500 * 11_520 * 2 / (1 << 30)
        async with running(kv_cache_gib=gib, max_in_flight=16) as engine:
            asked = [ask(f"Describe design {n} at length.", 60, temperature=0.7) for n in range(5)]
            replies = await asyncio.gather(*(engine.generate(request) for request in asked))
            assert all(reply.text for reply in replies)
            with pytest.raises(RowError, match="context is 512") as caught:
                await engine.generate(ask("long " * 600))
            assert caught.value.reason is Reason.PROMPT_TOO_LONG

    async def test_requests_thrown_out_of_a_full_cache_are_tried_alone(self) -> None:
        """Blocks said to be larger than they are: too many are let in, and OpenVINO gives them up."""
        path = models.locate(models.EMBEDDED)
        program = await Program.start(CHILD)
        try:
            await program.ask({"op": "open", "path": str(path), "chat_template": None})
            load = {
                "path": str(path),
                "device": "CPU",
                "properties": {},
                "kv_blocks": 10,
                "block_tokens": 320,
            }
            limits = {"max_num_batched_tokens": 256, "prefix_caching": False, "max_in_flight": 9}
            await program.ask({"op": "load", **load, **limits, "context_tokens": 3000})
            how: dict[str, Any] = {"thinking": None, "temperature": 0, "top_p": 1, "seed": None, "stop": []}

            def generate(words: int, max_tokens: int) -> Any:
                messages = [("user", "word " * words)]
                return program.ask({"op": "generate", "messages": messages, "max_tokens": max_tokens, **how})

            answers = await asyncio.gather(*(generate(words, 40) for words in (100, 110, 120, 400, 130)))
            assert [answer.get("error") for answer in answers] == [None, None, None, "row", None]
            assert answers[3]["reason"] == Reason.ENGINE_ERROR
        finally:
            await program.aclose()

    async def test_a_users_file_is_converted_only_when_asked_and_never_beside_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own = tmp_path / "own" / "model.gguf"
        own.parent.mkdir()
        shutil.copy(models.locate(models.EMBEDDED), own)
        monkeypatch.setenv("RTLGLOT_CACHE", str(tmp_path / "cache"))
        texts = []
        for options in ({}, {"save_converted": "true"}, {"save_converted": "true"}):
            async with running(str(own), **options) as engine:
                texts.append((await engine.generate(ask("What is a latch?", 24))).text)
            converted = [p.name for p in (tmp_path / "cache").glob("openvino/*/*.xml")]
            assert bool(converted) == bool(options)
        assert texts[0] == texts[1] == texts[2]
        assert os.listdir(own.parent) == ["model.gguf"]
        (folder,) = (tmp_path / "cache" / "openvino").iterdir()
        assert not (folder / "model.gguf").exists()

    async def test_a_converted_folder_is_a_model_too(self) -> None:
        async with running() as engine:
            expected = (await engine.generate(ask("What is a mux?"))).text
        (folder,) = (models.cache_folder() / "openvino").glob("[!.]*")
        async with running(str(folder)) as engine:
            assert (await engine.generate(ask("What is a mux?"))).text == expected

    async def test_another_chat_template(self, tmp_path: Path) -> None:
        template = tmp_path / "plain.jinja"
        template.write_text("{% for message in messages %}{{ message['content'] }}\n{% endfor %}")
        plain, usual = (
            OpenVinoEngine(models.EMBEDDED, {"chat_template": str(template)}),
            OpenVinoEngine(models.EMBEDDED),
        )
        assert plain.identity() != usual.identity()
        chat = (Message("user", "hi"),)
        try:
            counts = [await plain.count_tokens(chat), await usual.count_tokens(chat)]
        finally:
            await plain.aclose()
            await usual.aclose()
        assert counts[0] == 2
        assert counts[1] is not None
        assert counts[1] > 10

    async def test_many_counts_at_once_start_one_program(self) -> None:
        engine = OpenVinoEngine(models.EMBEDDED)
        chat = (Message("user", "hi"),)
        try:
            assert len(set(await asyncio.gather(*(engine.count_tokens(chat) for _ in range(5))))) == 1
            child_pid()
        finally:
            await engine.aclose()

    async def test_the_parent_has_time_for_others(self) -> None:
        """OpenVINO's steps hold its interpreter; ours must go on ticking."""
        async with running() as engine:
            ticks = 0

            async def tick() -> None:
                nonlocal ticks
                while True:
                    await asyncio.sleep(0.001)
                    ticks += 1

            ticking = asyncio.create_task(tick())
            begun = time.process_time()
            replies: list[Reply] = await asyncio.gather(
                *(engine.generate(ask(f"Say {n}.")) for n in range(8))
            )
            ticking.cancel()
            assert len(replies) == 8
            assert ticks > 20
            assert time.process_time() - begun < 1.0  # the work is the child's

    def test_nothing_is_reported_to_anyone(self, tmp_path: Path) -> None:
        """Left alone, importing OpenVINO writes an id to the home folder and sends it out."""
        code = f"""if True:
            import asyncio
            from rtlglot.engines.openvino import OpenVinoEngine
            from rtlglot.records import Message
            async def main():
                engine = OpenVinoEngine({models.EMBEDDED!r})
                await engine.start()
                await engine.aclose()
            asyncio.run(main())
        """
        env = {name: value for name, value in os.environ.items() if name not in ("CI", "TF_BUILD")}
        env |= {"HOME": str(tmp_path), "RTLGLOT_CACHE": str(models.cache_folder())}
        subprocess.run([sys.executable, "-c", code], check=True, env=env)
        assert os.listdir(tmp_path) == []

    def test_no_orphan_while_it_computes(self) -> None:
        code = f"""if True:
            import asyncio
            from rtlglot.engines.openvino import OpenVinoEngine
            from rtlglot.records import *
            async def main():
                engine = OpenVinoEngine({models.EMBEDDED!r})
                await engine.start()
                chat = (Message("user", "Babble."),)
                task = asyncio.create_task(engine.generate(Request(chat, Sampling(7000, 9.0, 1.0))))
                await asyncio.sleep(0.3)
                print("computing", flush=True)
                await task
            asyncio.run(main())
        """
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            assert parent.stdout.readline() == "computing\n"
            (pid,) = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
            os.kill(parent.pid, signal.SIGKILL)
            parent.wait()
        deadline = time.monotonic() + 10
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("max_in_flight", "0"), ("kv_cache_gib", "-1"), ("threads", "0"), ("kv_cache_precision", "u3")],
)
def test_values_out_of_range_are_refused_by_name(option: str, value: str) -> None:
    with pytest.raises(UsageError, match=option):
        OpenVinoEngine(models.EMBEDDED, {option: value})


async def test_a_model_that_is_not_here_says_how_to_bring_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RTLGLOT_CACHE", str(tmp_path))
    with pytest.raises(ConfigError) as caught:
        await OpenVinoEngine(models.EMBEDDED).start()
    assert caught.value.hint == f"rtlglot models pull {models.EMBEDDED}"


async def test_a_broken_file_is_a_configuration_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(ConfigError, match=r"broken\.gguf"):
        await OpenVinoEngine(str(path)).start()
    with pytest.raises(ConfigError, match="chat template"):
        OpenVinoEngine(models.EMBEDDED, {"chat_template": str(tmp_path / "no.jinja")}).identity()


def test_without_openvino_the_error_names_the_extra() -> None:
    code = """if True:
        import asyncio, sys
        sys.modules["openvino_genai"] = None
        from rtlglot.engines.openvino import OpenVinoEngine
        from rtlglot.errors import ConfigError
        try:
            asyncio.run(OpenVinoEngine("x.gguf").start())
        except ConfigError as error:
            print(error, error.hint)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "'openvino_genai', which is not installed pip install 'rtlglot[openvino]'" in done.stdout


def test_a_read_only_file_is_refused_in_words() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "model.gguf"
        path.touch(0o444)
        code = f"""if True:
            from pathlib import Path
            from rtlglot.engines.openvino_files import refuse_read_only
            {"import os; os.setuid(65534)" if os.geteuid() == 0 else ""}
            refuse_read_only(Path({str(path)!r}))
        """
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "read-only" in done.stderr
