"""What is asked of the box and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rtlglot.records import Json


class Ended(StrEnum):
    """How a tool run ended."""

    OK = "ok"
    """The tool function returned."""
    ERROR = "error"
    """The tool function raised a Python exception."""
    EXIT = "exit"
    """The tool ended its process by itself (yosys does so for every syntax error)."""
    CRASH = "crash"
    """A signal ended the process (segmentation fault, abort)."""
    MEMORY = "memory"
    """The memory limit was hit."""
    TIMEOUT = "timeout"
    """The CPU seconds were used up, or nothing of the run moved any more."""
    UNAVAILABLE = "unavailable"
    """The tool's module cannot be imported here."""


@dataclass(frozen=True, slots=True)
class Permit:
    """What a tool may touch and use besides the text it is given.

    Every path is one of this host; what is not named here cannot be opened. A folder stands for
    all that is below it.
    """

    read: tuple[str, ...] = ()
    """Files and folders that may be read."""
    execute: tuple[str, ...] = ()
    """Programs and folders of programs that may be started (and read). Empty: no process can be
    started at all."""
    memory_mb: int = 1536
    """Address space on top of what the warm zygote already has, and of each started program."""
    file_mb: int = 64
    """Largest file that may be written, always in the run's own folder."""


@dataclass(frozen=True, slots=True)
class BoxResult:
    """What became of one tool run. Host paths are scrubbed from all texts."""

    value: Json
    """What the tool function returned; None unless `ended` is 'ok'."""
    ended: Ended
    detail: str = ""
    """One sentence: the exception, the signal, the exit code or the limit."""
    seconds: float = 0.0
    """Wall time."""
    log: str = ""
    """What the tool printed (stdout and stderr), at most 20 kB. Never to be trusted: the text
    under examination may have had it printed."""
    cpu_s: float = 0.0
    """CPU time of the child with what it started; of the whole batch where a fork was shared."""
    peak_mb: int = 0
    """Largest resident memory of the child."""
