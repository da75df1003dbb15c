"""The box under tools that do on purpose what hostile text makes real tools do."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.crowd import crowd

from rtlglot.errors import ConfigError
from rtlglot.sandbox import BoxResult, Ended, ForkBox, Permit, open_box
from rtlglot.sandbox.process import ZygoteProcess

PROBES = "sandbox_probes"
SIZE = Path(__file__).stat().st_size


@pytest.fixture
async def box() -> Any:
    async with open_box(workers=2) as box:
        yield box


async def probe(
    box: ForkBox, name: str, cpu_s: float = 20.0, permit: Permit | None = None, **arguments: Any
) -> BoxResult:
    return await box.run(f"{PROBES}:{name}", arguments, cpu_s=cpu_s, permit=permit or Permit())


async def test_a_tool_gives_back_what_it_returns(box: ForkBox) -> None:
    result = await probe(box, "echo", text="module m; endmodule", numbers=[1, 2.5, None, "é\ud800"])
    assert (result.ended, result.value["numbers"]) == (Ended.OK, [1, 2.5, None, "é\ud800"])


@pytest.mark.parametrize(
    ("name", "arguments", "ended", "said"),
    [
        ("segfault", {}, Ended.CRASH, "SIGSEGV"),
        ("abort", {}, Ended.CRASH, "SIGABRT"),
        ("leave", {"code": 1}, Ended.EXIT, "exit code 1"),
        ("leave", {"code": 0}, Ended.EXIT, "exit code 0"),
        ("raises", {}, Ended.ERROR, "RuntimeError: no"),
        ("garbage", {}, Ended.CRASH, "garbage"),
        ("closes_pipe", {}, Ended.CRASH, "garbage"),
        ("missing", {}, Ended.UNAVAILABLE, "AttributeError"),
    ],
)
async def test_each_way_to_end_has_its_name(
    box: ForkBox, name: str, arguments: Any, ended: Any, said: str
) -> None:
    result = await probe(box, name, **arguments)
    assert (result.ended, result.value) == (ended, None)
    assert said in result.detail
    assert (await probe(box, "echo", still=1)).value == {"still": 1}


async def test_what_a_tool_printed_before_it_left_is_in_the_log(box: ForkBox) -> None:
    assert (await probe(box, "leave", code=1)).log == "ERROR: bad syntax\n"


async def test_a_tool_that_cannot_be_imported_is_unavailable(box: ForkBox) -> None:
    result = await box.run("rtlglot_no_such_module:tool", {}, cpu_s=20)
    assert (result.ended, "ModuleNotFoundError" in result.detail) == (Ended.UNAVAILABLE, True)


async def test_a_hang_costs_its_cpu_seconds_and_no_more(box: ForkBox) -> None:
    hung, other = await asyncio.gather(probe(box, "hang", cpu_s=1.0), probe(box, "echo", n=1))
    assert (hung.ended, other.value) == (Ended.TIMEOUT, {"n": 1})
    assert "more than 1 s of CPU time" in hung.detail
    assert 1.0 <= hung.cpu_s < 3.0


async def test_what_stands_still_is_ended(box: ForkBox) -> None:
    result = await probe(box, "nap", cpu_s=0.5, seconds=300)
    assert (result.ended, "nothing moved" in result.detail) == (Ended.TIMEOUT, True)


async def test_what_a_tool_started_uses_its_cpu_seconds(box: ForkBox) -> None:
    permit = Permit(execute=("/bin/yes", "/usr/bin/yes"))
    result = await probe(box, "linger", cpu_s=0.5, permit=permit, program="/usr/bin/yes", seconds="4715.5")
    assert (result.ended, "CPU" in result.detail) == (Ended.TIMEOUT, True)
    assert not running("4715.5")


async def test_a_crowded_processor_costs_nobody_an_answer() -> None:
    """By the clock, the work takes several times its CPU seconds; so does a program's start."""
    with crowd():
        async with open_box(workers=1) as box:
            start = time.monotonic()
            result = await probe(box, "works", cpu_s=0.6, seconds=0.4)
            assert (result.ended, result.value) == (Ended.OK, "done")
            assert time.monotonic() - start > 0.6
            many = await box.run_many(f"{PROBES}:works", [{"seconds": 0.2}] * 2, cpu_s=0.6)
            assert [one.value for one in many] == ["done"] * 2


async def test_memory_has_a_limit(box: ForkBox) -> None:
    result = await probe(box, "eat", permit=Permit(memory_mb=200))
    assert result.ended is Ended.MEMORY
    assert result.peak_mb < 500


async def test_a_flood_of_output_is_cut(box: ForkBox) -> None:
    result = await probe(box, "flood")
    assert result.value == "flooded"
    assert len(result.log) < 21_000
    assert "bytes cut" in result.log


async def test_printed_text_cannot_pass_for_a_result(box: ForkBox) -> None:
    assert (await probe(box, "forge")).value == "honest"


@pytest.mark.parametrize("times", [1, 1_000_000])
async def test_a_tool_that_answers_more_than_it_was_asked_is_not_believed(box: ForkBox, times: int) -> None:
    result = await probe(box, "forges_with_nonce", times=times)
    assert (result.ended, result.value) == (Ended.CRASH, None)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/1/cmdline", __file__]
)
async def test_no_file_of_the_host_can_be_read(box: ForkBox, path: Any) -> None:
    result = await probe(box, "read_file", path=path)
    assert (result.ended, "PermissionError" in result.detail) == (Ended.ERROR, True)


async def test_a_permitted_file_can_be_read_and_not_written(box: ForkBox) -> None:
    permit = Permit(read=(str(Path(__file__).parent),))
    assert (await probe(box, "read_file", permit=permit, path=__file__)).value == SIZE
    refused = await probe(box, "write_file", permit=permit, path=__file__ + ".new")
    assert "PermissionError" in refused.detail
    assert __file__ + ".new" not in beside()


async def test_nothing_can_be_written_outside_the_own_folder(box: ForkBox, tmp_path: Path) -> None:
    result = await probe(box, "write_file", path=str(tmp_path / "x"))
    assert (result.ended, os.listdir(tmp_path)) == (Ended.ERROR, [])


async def test_the_own_folder_can_be_written_and_is_gone_afterwards(box: ForkBox) -> None:
    result = await probe(box, "write_file", path="x")
    assert result.value == "."
    assert [folders for _, folders, _ in os.walk(str(box._folder))][1:] == [[]]


async def test_a_file_has_a_largest_size(box: ForkBox) -> None:
    result = await probe(box, "write_file", path="x", size=3 << 20, permit=Permit(file_mb=1))
    assert result.ended in (Ended.CRASH, Ended.ERROR)


async def test_host_paths_are_taken_out_of_all_that_comes_back(box: ForkBox) -> None:
    where = (await probe(box, "where")).value
    assert where == [".", "<host>"]
    said = await probe(box, "complains")
    assert said.log == "cannot open passwd and secret.txt: a/b stays\n"
    assert said.detail == "OSError: id_rsa"


async def test_no_secret_of_the_environment_reaches_a_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTLGLOT_TEST_API_KEY", "sesame")
    async with open_box(workers=1) as box:
        assert "sesame" not in str((await probe(box, "environment")).value)


@pytest.mark.parametrize("name", ["fork", "connect", "signal_parent", "execute"])
async def test_processes_sockets_and_signals_are_refused(box: ForkBox, name: str) -> None:
    result = await probe(box, name, command=["/bin/true"])
    assert (result.ended, "PermissionError" in result.detail) == (Ended.ERROR, True)


async def test_a_thread_is_no_process(box: ForkBox) -> None:
    assert (await probe(box, "thread")).value == "ran"


async def test_only_permitted_programs_can_be_started(box: ForkBox) -> None:
    permit = Permit(execute=("/bin/echo", "/usr/bin/echo"))
    ran = await probe(box, "execute", permit=permit, command=["/bin/echo", "hello"])
    assert ran.value == [0, "hello\n"]
    refused = await probe(box, "execute", permit=permit, command=["/bin/cat", "/etc/passwd"])
    assert "PermissionError" in refused.detail


async def test_a_started_program_reads_no_more_than_the_tool(box: ForkBox) -> None:
    permit = Permit(execute=("/bin/cat", "/usr/bin/cat"))
    code, out = (await probe(box, "execute", permit=permit, command=["/bin/cat", "/etc/passwd"])).value
    assert (code, out) == (1, "")


async def test_what_a_tool_started_ends_with_it(box: ForkBox) -> None:
    permit = Permit(execute=("/bin/sleep", "/usr/bin/sleep"))
    result = await probe(box, "linger", cpu_s=1.0, permit=permit, program="/bin/sleep", seconds="4711.5")
    assert result.ended is Ended.TIMEOUT
    await asyncio.to_thread(wait_for, lambda: not running("4711.5"))


async def test_an_interrupt_does_not_reach_a_tool(box: ForkBox) -> None:
    assert (await probe(box, "interrupt_itself")).value == "still here"


async def test_a_tool_has_no_open_files_but_its_own(box: ForkBox) -> None:
    assert (await probe(box, "open_files")).value == [0, 1, 2, 3]


async def test_a_killed_zygote_costs_nobody_a_result(box: ForkBox) -> None:
    zygote = (await probe(box, "who")).value[1]
    running_job = asyncio.create_task(probe(box, "nap", seconds=1.0))
    await asyncio.sleep(0.3)
    os.kill(zygote, signal.SIGKILL)
    assert (await running_job).value == "slept"
    assert (await probe(box, "echo", n=2)).value == {"n": 2}


async def test_what_a_tool_started_ends_with_its_zygote(box: ForkBox) -> None:
    permit = Permit(execute=("/bin/sleep", "/usr/bin/sleep"))
    zygote = (await probe(box, "who")).value[1]
    arguments = {"program": "/bin/sleep", "seconds": "4714.5"}
    job = asyncio.create_task(probe(box, "linger", cpu_s=3.0, permit=permit, **arguments))
    await asyncio.to_thread(wait_for, lambda: running("4714.5"))
    first = pid_of("4714.5")
    assert first is not None
    os.kill(zygote, signal.SIGKILL)
    await asyncio.to_thread(wait_for, lambda: not alive(first))
    # and the job is done again elsewhere
    assert (await job).ended is Ended.TIMEOUT
    await asyncio.to_thread(wait_for, lambda: not running("4714.5"))


async def test_more_than_the_wire_takes_is_refused(box: ForkBox) -> None:
    result = await probe(box, "echo", text="x" * (40 << 20))
    assert (result.ended, "MB" in result.detail) == (Ended.ERROR, True)
    assert (await probe(box, "echo", text="x" * (9 << 20))).ended is Ended.OK


async def test_a_tool_that_takes_its_zygote_along_is_given_up_after_two(box: ForkBox) -> None:
    result = await box.run(f"{PROBES}_deadly:tool", {}, cpu_s=20)
    assert (result.ended, "died twice" in result.detail) == (Ended.CRASH, True)
    assert (await probe(box, "echo", n=3)).value == {"n": 3}


async def test_a_tool_whose_import_opens_a_box_starts_no_chain_of_boxes(box: ForkBox) -> None:
    result = await box.run(f"{PROBES}_unguarded:tool", {}, cpu_s=20)
    assert (result.ended, "must not open a box" in result.detail) == (Ended.UNAVAILABLE, True)


async def test_a_cancelled_run_ends_its_child_at_once(box: ForkBox) -> None:
    permit = Permit(execute=("/bin/sleep", "/usr/bin/sleep"))
    job = asyncio.create_task(
        probe(box, "linger", cpu_s=300, permit=permit, program="/bin/sleep", seconds="4712.5")
    )
    await asyncio.to_thread(wait_for, lambda: running("4712.5"))
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    await asyncio.to_thread(wait_for, lambda: not running("4712.5"))
    assert (await probe(box, "echo", n=4)).value == {"n": 4}


async def test_a_job_that_is_given_up_before_it_begins_is_answered(tmp_path: Path) -> None:
    zygote = await ZygoteProcess.start(str(tmp_path))
    os.kill(zygote.pid, signal.SIGSTOP)
    head = {"id": 7, "tool": f"{PROBES}:echo", "cpu_s": 20.0, "permit": {}}
    asked = asyncio.create_task(zygote.ask(head, [b"{}"]))
    await asyncio.sleep(0)  # it is written
    zygote.cancel(7)
    os.kill(zygote.pid, signal.SIGCONT)
    answer, _ = await asyncio.wait_for(asked, 30)
    assert [one["ended"] for one in answer["results"]] == [Ended.TIMEOUT]
    await zygote.close()


async def test_a_job_that_waits_for_a_worker_can_be_cancelled() -> None:
    async with open_box(workers=1) as box:
        first = asyncio.create_task(probe(box, "nap", seconds=1.0))
        await asyncio.sleep(0.3)
        second = asyncio.create_task(probe(box, "echo", n=1))
        await asyncio.sleep(0.05)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert (await first).value == "slept"


async def test_only_layers_that_do_not_hold_are_told_of_and_once() -> None:
    # this asserts what the machine of the tests has; a kernel without a layer names it and why
    told: list[str] = []
    async with open_box(workers=2, tell=told.append) as box:
        await asyncio.gather(probe(box, "nap", seconds=0.2), probe(box, "nap", seconds=0.2))
    known = r"the sandbox goes on without its layer '(landlock|seccomp|capabilities)': ."
    assert all(re.match(known, each) for each in told)
    assert len(set(told)) == len(told)


async def test_a_box_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    async with open_box(workers=1) as box:
        with pytest.raises(ConfigError, match="sandbox cannot start"):
            await probe(box, "echo")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_ended_parent_leaves_nothing_behind(tmp_path: Path, number: int) -> None:
    code = f"""
import asyncio, signal, sys
from rtlglot.sandbox import open_box, Permit
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits it ignored
async def main():
    box = open_box(workers=2)
    permit = Permit(execute=("/bin/sleep", "/usr/bin/sleep"))
    sleep = {{"program": "/bin/sleep", "seconds": "4713.5"}}
    lingers = box.run("{PROBES}:linger", sleep, cpu_s=300, permit=permit)
    await asyncio.gather(lingers, box.run("{PROBES}:hang", {{}}, cpu_s=300))
asyncio.run(main())
"""
    environment = os.environ | {"PYTHONPATH": os.path.dirname(__file__), "TMPDIR": str(tmp_path)}
    # a group of its own, so that the signal reaches what a terminal's Ctrl-C would reach
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, process_group=0, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: running("4713.5") and list(tmp_path.glob("rtlglot-box-*/*/*")))
        zygotes = [int(path.name) for path in tmp_path.glob("rtlglot-box-*/*")]
        time.sleep(0.5)
    finally:
        os.killpg(parent.pid, number)
        parent.wait(timeout=60)
    wait_for(lambda: not running("4713.5") and not any(alive(pid) for pid in zygotes))
    wait_for(lambda: not list(tmp_path.iterdir()))


def beside() -> set[str]:
    return {str(path) for path in Path(__file__).parent.iterdir()}


def running(argument: str) -> bool:
    return pid_of(argument) is not None


def pid_of(argument: str) -> int | None:
    """A process that has this argument on its command line."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"\0{argument}\0".encode() in path.read_bytes():
                return int(path.parent.name)
        except OSError:
            continue
    return None


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition: Any, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
