"""A program that leads a group takes what it has started with it."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from rtlglot.engines.program import Program
from rtlglot.errors import EngineDead

FAMILY = """
import json, os, subprocess, sys
stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", stubborn])
for line in sys.stdin:
    message = json.loads(line)
    print(json.dumps({"n": message["n"], "child": child.pid}), flush=True)
"""


def runs(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_death_in_the_family(tmp_path: Path) -> None:
    (tmp_path / "family_module.py").write_text(FAMILY)
    program = await Program.start("family_module", env={"PYTHONPATH": str(tmp_path)}, group=True)
    child = (await program.ask({"op": "hello"}))["child"]
    assert runs(child)
    os.kill(program.pid, signal.SIGKILL)
    # The stubborn child holds the pipe open; its end ends the wait.
    with pytest.raises(EngineDead):
        await asyncio.wait_for(program.ask({"op": "hello"}), 20)
    async with asyncio.timeout(5):
        while runs(child):  # noqa: ASYNC110 - the kernel is at it
            await asyncio.sleep(0.01)
    await program.aclose()
