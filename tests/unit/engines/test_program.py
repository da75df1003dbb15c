"""A child program over pipes: answers, signals, deaths of either side."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from rtlglot.engines.program import Program
from rtlglot.errors import EngineDead, RowError

CHILD = """
import os, sys, time
from rtlglot.engines.channel import Channel, live_and_die_with_the_parent
live_and_die_with_the_parent()
channel = Channel()
while True:
    for message in channel.take(wait=True):
        match message["op"]:
            case "say":
                channel.send({"n": message["n"], "said": message["text"], "pid": os.getpid()})
            case "print":
                print("this is no answer"); sys.stdout.flush(); os.system("echo nor this")
                channel.send({"n": message["n"]})
            case "dead":
                channel.send({"n": None, "error": "dead", "message": "step failed: boom"}); os._exit(3)
            case "crash":
                print("my last words", file=sys.stderr); os._exit(7)
            case "half":
                os.write(channel._out.fileno(), b'{"n": 0, "sa'); os._exit(1)
            case "busy":
                time.sleep(message["seconds"])
            case "cancelled":
                cancelled = message["n"]
"""

Start = Callable[[], Any]


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    (tmp_path / "small_child.py").write_text(CHILD)
    program = await Program.start("small_child", env={"PYTHONPATH": python_path(tmp_path)})
    yield program
    await program.aclose()


def python_path(folder: Path) -> str:
    return os.pathsep.join((str(folder), *filter(None, sys.path)))


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_gone(pid: int, patience_s: float = 10.0) -> bool:
    deadline = time.monotonic() + patience_s
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


async def test_answers_find_their_questions(program: Program) -> None:
    texts = [f"text {n} 🙂\n\u2028 {'x' * n * 1000}" for n in range(100)]
    answers = await asyncio.gather(*(program.ask({"op": "say", "text": text}) for text in texts))
    assert [answer["said"] for answer in answers] == texts


async def test_what_is_printed_is_no_answer(program: Program) -> None:
    await program.ask({"op": "print"})
    assert (await program.ask({"op": "say", "text": "still fine"}))["said"] == "still fine"
    assert "nor this" in program.last_words


async def test_half_a_character_is_that_rows_failure(program: Program) -> None:
    with pytest.raises(RowError, match="Unicode"):
        await program.ask({"op": "say", "text": "\ud800"})
    assert (await program.ask({"op": "say", "text": "fine"}))["said"] == "fine"


@pytest.mark.parametrize(
    ("op", "message"),
    [
        ("crash", "exit code 7.*\n?.*my last words"),
        ("dead", "step failed: boom"),
        ("half", "no valid answer"),
    ],
)
async def test_death_reaches_all_and_says_why(program: Program, op: str, message: str) -> None:
    waiting = [asyncio.create_task(program.ask({"op": "busy", "seconds": 0.2})) for _ in range(2)]
    with pytest.raises(EngineDead, match=message):
        await program.ask({"op": op})
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, EngineDead) for result in results)
    with pytest.raises(EngineDead):
        await program.ask({"op": "say", "text": "after"})


async def test_a_killed_child_is_reported_with_its_signal(program: Program) -> None:
    waiting = asyncio.create_task(program.ask({"op": "busy", "seconds": 60}))
    await asyncio.sleep(0.05)
    os.kill(program.pid, signal.SIGKILL)
    with pytest.raises(EngineDead, match="signal 9"):
        await waiting


async def test_signals_to_the_group_do_not_end_the_child(program: Program) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        os.kill(program.pid, number)
    assert (await program.ask({"op": "say", "text": "alive"}))["said"] == "alive"


async def test_signals_right_after_the_start_do_not_end_it(tmp_path: Path) -> None:
    (tmp_path / "small_child.py").write_text(CHILD)
    for _ in range(5):
        program = await Program.start("small_child", env={"PYTHONPATH": python_path(tmp_path)})
        os.kill(program.pid, signal.SIGINT)
        os.kill(program.pid, signal.SIGTERM)
        assert (await program.ask({"op": "say", "text": "alive"}))["said"] == "alive"
        await program.aclose()


async def test_children_started_side_by_side_leave_no_signal_blocked(tmp_path: Path) -> None:
    (tmp_path / "small_child.py").write_text(CHILD)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, set())
    env = {"PYTHONPATH": python_path(tmp_path)}
    programs = await asyncio.gather(*(Program.start("small_child", env=env) for _ in range(4)))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, set()) == before
    for program in programs:
        await program.aclose()


async def test_closing_ends_a_child_that_does_not_listen(program: Program) -> None:
    os.kill(program.pid, signal.SIGSTOP)
    await program.aclose(patience_s=0.1)
    assert wait_gone(program.pid)


async def test_closing_ends_the_child_and_what_waits(program: Program) -> None:
    waiting = asyncio.create_task(program.ask({"op": "busy", "seconds": 60}))
    await asyncio.sleep(0.05)
    await program.aclose()
    with pytest.raises(EngineDead, match="closed"):
        await waiting
    assert wait_gone(program.pid)


@pytest.mark.parametrize("busy_s", [0, 60])
def test_no_orphan_after_the_parent_is_killed(tmp_path: Path, busy_s: int) -> None:
    (tmp_path / "small_child.py").write_text(CHILD)
    parent_code = f"""if True:
        import asyncio
        from rtlglot.engines.program import Program
        async def main():
            program = await Program.start("small_child", env={{"PYTHONPATH": {python_path(tmp_path)!r}}})
            await program.ask({{"op": "say", "text": "up"}})
            print(program.pid, flush=True)
            await program.ask({{"op": "busy", "seconds": {busy_s}}})
        asyncio.run(main())
    """
    with subprocess.Popen([sys.executable, "-c", parent_code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
        parent.wait()
        assert wait_gone(pid)
