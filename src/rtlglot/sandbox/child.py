"""What happens in the forked child: put up the layers, run the tool, send what it returned."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from rtlglot.records import Json
from rtlglot.sandbox import frames, harden

VALUE, RAISED, MEMORY, MISSING = b"v", b"e", b"m", b"l"
"""First byte of a child's message: a value, an exception, no memory, the layers that are missing."""

Tool = Callable[[Any], Json]


@dataclass(frozen=True, slots=True)
class Assignment:
    """All that a child needs to know, fixed before the fork."""

    tool: Tool
    arguments: list[Json]
    cage: harden.Cage
    nonce: bytes
    """Comes first in every message, so that stray output on the wire is noticed."""
    result: int
    log: int
    parent: int


def live(work: Assignment) -> NoReturn:
    """The whole life of a child. Nothing of the zygote's interpreter is unwound at its end."""
    code = 70
    try:
        harden.detach(work.parent)
        result = _rewire(work)
        os.chdir(work.cage.folder)
        os.environ["TMPDIR"] = os.environ["HOME"] = work.cage.folder
        missing = harden.enclose(work.cage)
        _send(result, work.nonce, MISSING + json.dumps(missing).encode())
        # nothing a batch makes is worth a collection: the child is short-lived
        gc.disable()
        for arguments in work.arguments:
            _send(result, work.nonce, _answer(work.tool, arguments))
        code = 0
    except BaseException as error:  # noqa: BLE001 - the parent reads how the child ended
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


def _rewire(work: Assignment) -> int:
    """No input, output to the log, and the result pipe as the only other open file."""
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(work.log, 1)
    os.dup2(work.log, 2)
    spare = os.dup(work.result)
    os.dup2(spare, 3, inheritable=False)
    os.closerange(4, 4096)
    return 3


def _answer(tool: Tool, arguments: Json) -> bytes:
    try:
        return VALUE + json.dumps(tool(arguments)).encode()
    except MemoryError:
        return MEMORY
    except Exception as error:  # noqa: BLE001 - whatever a tool raises is this run's result
        return RAISED + f"{type(error).__name__}: {error}".encode("utf-8", "replace")[:4000]


def _send(fd: int, nonce: bytes, message: bytes) -> None:
    # A result is written before the next text is touched, so no text can change an earlier one's.
    frames.write_all(fd, frames.HEADER.pack(len(nonce) + len(message)) + nonce + message)
