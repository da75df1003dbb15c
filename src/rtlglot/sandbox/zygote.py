"""The zygote: a single-threaded program that forks one hardened child per job and judges its end.

Runs as ``python -m rtlglot.sandbox FOLDER``; frames come in by stdin and go out by stdout. A tool's
module is imported here, once, before the first fork that needs it; where it has a function
``warm()``, that is called too, in a folder of its own, so that children start warm. When stdin closes
or the parent is gone, the zygote ends its child and itself.

All that it holds is shared with its children until one of the two writes to it, and then copied: what a
text costs grows with what is imported here.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import json
import os
import platform
import signal
import sys
from typing import Any, NoReturn

from rtlglot.records import Json
from rtlglot.sandbox import child, folders, frames, harden, kernel, seccomp
from rtlglot.sandbox.harden import Cage
from rtlglot.sandbox.job import Ended, Permit
from rtlglot.sandbox.scrub import scrub, scrub_value
from rtlglot.sandbox.stillness import over
from rtlglot.sandbox.watch import Watchdog, Watched

SUSPICIOUS_S = 1.0
"""A text that takes more CPU seconds than this in a shared fork has the whole batch run again singly."""
SUSPICIOUS_MB = 256
"""Likewise for a batch that needs more memory than this on top of the zygote's."""
_GIVEN_UP = "given up by the caller"


class Zygote:
    """Serves one job at a time."""

    def __init__(self, inbox: int, outbox: int, folder: str) -> None:
        self._inbox, self._outbox, self._folder = inbox, outbox, folder
        self._parent = os.getppid()
        self._stream = frames.Stream()
        self._waiting: list[tuple[Json, list[bytes]]] = []
        self._open = True
        self._cancelled: set[int] = set()
        self._running = -1
        self._tools: dict[str, child.Tool] = {}
        self._landlock = kernel.landlock_abi()
        self._base_bytes = harden.address_space()
        self._numbers = itertools.count()
        if self._landlock:
            kernel.handled(self._landlock)
        for may_start in (False, True):
            seccomp.assembled(platform.machine(), may_start)

    def serve(self) -> None:
        """Answer jobs until the parent closes the pipe."""
        probe = {"id": -1, "tool": f"{__name__}:nothing", "permit": {}, "cpu_s": 30.0}
        _, seen = self._run(probe, [None], nothing)
        missing = _layers(seen)
        frames.write_all(self._outbox, frames.pack({"hello": os.getpid(), "missing": missing}))
        while (job := self._next()) is not None:
            head, blobs = job
            if head["id"] in self._cancelled:
                # whoever gave it up still waits for its answer, since until then this zygote is lent
                self._decline(head, len(blobs), Ended.TIMEOUT, _GIVEN_UP)
            else:
                self._answer(head, [json.loads(blob) for blob in blobs])

    def _next(self) -> tuple[Json, list[bytes]] | None:
        while not self._waiting and self._open:
            self._read()
        return self._waiting.pop(0) if self._waiting and self._open else None

    def _read(self) -> None:
        data = os.read(self._inbox, 1 << 16)
        self._open = bool(data)
        for body in self._stream.feed(data):
            head, blobs = frames.unpack(body)
            if "cancel" in head:
                self._cancelled.add(head["cancel"])
            else:
                self._waiting.append((head, blobs))

    def _interrupted(self) -> bool:
        self._read()
        return not self._open or self._running in self._cancelled

    def _answer(self, head: Json, arguments: list[Json]) -> None:
        self._running = head["id"]
        try:
            tool = self._tool(head["tool"])
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a tool that cannot be loaded is the answer
            detail = scrub(f"{head['tool']} cannot be loaded: {type(error).__name__}: {error}")
            self._decline(head, len(arguments), Ended.UNAVAILABLE, detail)
            return
        folder, seen = self._run(head, arguments, tool)
        clean = len(arguments) == 1 or (
            _clean(seen, len(arguments)) and self._same_backwards(head, arguments, tool, folder, seen)
        )
        frames.write_all(self._outbox, _judge(head, len(arguments), folder, seen, clean=clean))

    def _decline(self, head: Json, jobs: int, ended: Ended, detail: str) -> None:
        """Answer what no child has seen."""
        result = {"ended": ended, "detail": detail, "seconds": 0.0}
        told = {"id": head["id"], "results": [result] * jobs, "clean": True, "log": ""}
        frames.write_all(self._outbox, frames.pack(told | {"cpu_s": 0.0, "peak_mb": 0}))

    def _same_backwards(
        self, head: Json, arguments: list[Json], tool: child.Tool, folder: str, seen: Watched
    ) -> bool:
        """Whether another child gives the same answers in the opposite order.

        A text that takes over its child can change the answers of those that come after it. No other
        text comes after it in both orders.
        """
        folder_back, back = self._run(head, arguments[::-1], tool)
        return _clean(back, len(arguments)) and [
            scrub_value(message, folder) for message, _ in seen.messages[1:]
        ] == [scrub_value(message, folder_back) for message, _ in back.messages[:0:-1]]

    def _tool(self, name: str) -> child.Tool:
        if name not in self._tools:
            module_name, _, function = name.partition(":")
            module = importlib.import_module(module_name)
            warm = getattr(module, "warm", None)
            if warm is not None and not any(known.startswith(f"{module_name}:") for known in self._tools):
                with folders.fresh(self._new_folder()) as folder, folders.inside(folder):
                    warm()
            self._tools[name] = getattr(module, function)
            # what is here now is shared with every child: keep the collector from touching its pages
            gc.collect()
            gc.freeze()
            self._base_bytes = harden.address_space()
        return self._tools[name]

    def _run(self, head: Json, arguments: list[Json], tool: child.Tool) -> tuple[str, Watched]:
        with folders.fresh(self._new_folder()) as folder:
            return folder, self._fork(head, arguments, tool, folder)

    def _new_folder(self) -> str:
        return f"{self._folder}/{next(self._numbers)}"

    def _fork(self, head: Json, arguments: list[Json], tool: child.Tool, folder: str) -> Watched:
        permit = Permit(**{name: _tuple(value) for name, value in head["permit"].items()})
        result_read, result_write = os.pipe()
        log_read, log_write = os.pipe()
        work = child.Assignment(
            tool=tool,
            arguments=arguments,
            cage=Cage(folder, permit, head["cpu_s"] * len(arguments), self._landlock, self._base_bytes),
            nonce=os.urandom(16),
            result=result_write,
            log=log_write,
            parent=os.getpid(),
        )
        pid = os.fork()
        if pid == 0:
            child.live(work)
        os.close(result_write)
        os.close(log_write)
        try:
            if permit.execute:
                # should this zygote be killed, the parent can still end what the tool started
                frames.write_all(self._outbox, frames.pack({"id": head["id"], "group": pid}))
            watch = Watchdog(
                pid=pid,
                result=result_read,
                log=log_read,
                nonce=work.nonce,
                cpu_s=head["cpu_s"],
                most=1 + len(arguments),
                inbox=self._inbox,
                interrupted=self._interrupted,
                alive=lambda: os.getppid() == self._parent,
            )
            return watch.until_end()
        finally:
            os.close(result_read)
            os.close(log_read)


def nothing(_: Json) -> Json:
    """The tool of the first run, which only finds out which layers hold here."""
    return None


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _layers(seen: Watched) -> Json:
    if seen.messages and seen.messages[0][0].startswith(child.MISSING):
        return json.loads(seen.messages[0][0][1:])
    return {"all": "the first child died: " + seen.log.text()[-500:]}


def _judge(head: Json, jobs: int, folder: str, seen: Watched, *, clean: bool) -> bytes:
    # what came from a child that then broke the rules is worth nothing
    answers = [] if seen.damaged and jobs == 1 else seen.messages[1:]
    results: list[Json] = []
    blobs: list[bytes] = []
    for message, seconds in answers[:jobs]:
        kind, body = message[:1], message[1:]
        result: dict[str, Json] = {"ended": Ended.OK, "detail": "", "seconds": seconds}
        if kind == child.VALUE:
            result["blob"] = len(blobs)
            blobs.append(scrub_value(body, folder))
        elif kind == child.RAISED:
            said = " ".join(body.decode("utf-8", "replace").split())
            result |= {"ended": Ended.ERROR, "detail": scrub(said)}
        else:
            result |= {"ended": Ended.MEMORY, "detail": "the memory limit was hit"}
        results.append(result)
    if len(results) < jobs:
        ended, detail = _end(head, seen)
        results += [{"ended": ended, "detail": detail, "seconds": seen.cpu_s}] * (jobs - len(results))
    answer = {
        "id": head["id"],
        "results": results,
        "clean": clean,
        "log": scrub(seen.log.text().replace(folder + "/", "")),
        "cpu_s": seen.cpu_s,
        "peak_mb": seen.peak_mb,
    }
    return frames.pack(answer, *blobs)


def _clean(seen: Watched, jobs: int) -> bool:
    """Whether nothing at all was odd about a shared fork."""
    answers = seen.messages[1:]
    return (
        len(answers) == jobs
        and seen.status == 0
        and seen.log.size == 0
        and not seen.damaged
        and all(message[:1] == child.VALUE for message, _ in answers)
        and seen.slowest_s < SUSPICIOUS_S
        and seen.peak_mb < harden.resident_mb() + SUSPICIOUS_MB
    )


def _end(head: Json, seen: Watched) -> tuple[Ended, str]:
    """How a child ended that did not answer, and a sentence about it."""
    if seen.timed_out:
        return Ended.TIMEOUT, seen.timed_out
    if seen.cancelled:
        return Ended.TIMEOUT, _GIVEN_UP
    if seen.damaged:
        return Ended.CRASH, "the tool wrote garbage in place of its result"
    if not os.WIFSIGNALED(seen.status):
        return (
            Ended.EXIT,
            f"the tool ended its process with exit code {os.waitstatus_to_exitcode(seen.status)}",
        )
    number = os.WTERMSIG(seen.status)
    if number == signal.SIGXCPU or (number == signal.SIGKILL and seen.cpu_s >= head["cpu_s"]):
        return Ended.TIMEOUT, over(head["cpu_s"])
    if number == signal.SIGKILL:
        return Ended.MEMORY, "killed by the system, most likely for lack of memory"
    if number == signal.SIGABRT and "bad_alloc" in seen.log.text():
        return Ended.MEMORY, "the memory limit was hit"
    return Ended.CRASH, f"{signal.Signals(number).name} in the tool"


def main() -> NoReturn:
    """Serve the parent on stdin and stdout until it closes them."""
    inbox, outbox = os.dup(0), os.dup(1)
    nothing_fd = os.open("/dev/null", os.O_RDWR)
    # what a tool's import prints must not look like frames
    os.dup2(nothing_fd, 0)
    os.dup2(2, 1)
    harden.take_signals()
    harden.offer_to_the_system()
    folder = f"{sys.argv[1]}/{os.getpid()}"
    os.mkdir(folder, 0o700)
    try:
        Zygote(inbox, outbox, folder).serve()
    except BrokenPipeError:
        pass
    finally:
        folders.clear(folder)
        with contextlib.suppress(OSError):
            # the last zygote clears away; the parent may no longer be there to do it
            os.rmdir(sys.argv[1])
    os._exit(0)
