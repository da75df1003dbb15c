"""The layers around a boxed child, each put up on its own and each able to say that it is missing."""

from __future__ import annotations

import contextlib
import math
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from rtlglot.sandbox import kernel, seccomp
from rtlglot.sandbox.job import Permit

_MULTIARCH = f"{os.uname().machine}-linux-gnu"
_LIBRARIES = (
    (f"/lib/{_MULTIARCH}", f"/usr/lib/{_MULTIARCH}", "/lib64")
    if os.path.isdir(f"/usr/lib/{_MULTIARCH}")
    else ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
)
LOADER = (*_LIBRARIES, "/etc/ld.so.cache")
"""What any dynamically linked program needs in order to start."""
_STACK_BYTES = 100 << 20
"""Tools go down nested text, and chains of conditions, by recursion; more than is ever touched."""
_DEVICES = {"/dev/null": kernel.READ_FILE | kernel.WRITE_FILE, "/dev/urandom": kernel.READ_FILE}


@dataclass(frozen=True, slots=True)
class Cage:
    """Everything the layers need to know about one run."""

    folder: str
    """The run's own folder, the only place it may write."""
    permit: Permit
    cpu_s: float
    """CPU seconds of this process, and of each that it starts; all together are under watch."""
    landlock: int
    """ABI version; 0 is none."""
    base_bytes: int
    """Address space that the zygote has already."""


def enclose(cage: Cage) -> dict[str, str]:
    """Put up every layer around this process, for good. Layers that failed, each with why."""
    missing = {}
    for name, layer in LAYERS.items():
        try:
            layer(cage)
        except OSError as error:
            missing[name] = str(error)
    return missing


def detach(parent: int) -> None:
    """Own session; gone when the parent is."""
    os.setsid()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with contextlib.suppress(OSError):
        kernel.die_with_parent()
    if os.getppid() != parent:
        os._exit(1)


def _parent_death(_: Cage) -> None:
    # set once more, as a layer, so that a kernel without it is noticed
    kernel.die_with_parent()


def _limits(cage: Cage) -> None:
    megabyte = 1 << 20
    # a second more than the watch allows, which has the better words for it
    cpu_s = math.ceil(cage.cpu_s) + 1
    # a started program does not have the zygote's memory, but is not told apart here
    space = cage.base_bytes + cage.permit.memory_mb * megabyte
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (cage.permit.file_mb * megabyte,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    with contextlib.suppress(ValueError, OSError):  # a lower limit of the system's stands
        resource.setrlimit(
            resource.RLIMIT_STACK, (_STACK_BYTES, resource.getrlimit(resource.RLIMIT_STACK)[1])
        )
    # setting this one fails on macOS, so it comes last
    resource.setrlimit(resource.RLIMIT_AS, (space, space))


def address_space() -> int:
    """Bytes of this process's address space."""
    if not kernel.LINUX:
        return 1 << 30
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def resident_mb() -> int:
    """MiB of this process that are in memory now."""
    if not kernel.LINUX:
        return peak_mb(resource.getrusage(resource.RUSAGE_SELF))
    # not getrusage: its peak survives exec, so it would be that of the program that started us
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() >> 20


def peak_mb(usage: resource.struct_rusage) -> int:
    """MiB that a process had in memory at its most; macOS counts in bytes, Linux in KiB."""
    return usage.ru_maxrss >> (20 if sys.platform == "darwin" else 10)


def take_signals() -> None:
    """What this process and its children do about signals: no terminal's reaches them, and a file that
    grows too large ends who writes it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)


def offer_to_the_system() -> None:
    """Let the system end this process, and what it forks, first when memory runs out."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")


def _capabilities(_: Cage) -> None:
    kernel.drop_capabilities()


def _no_new_privileges(_: Cage) -> None:
    kernel.forbid_new_privileges()
    kernel.forbid_dumping()


def _landlock(cage: Cage) -> None:
    if not cage.landlock:
        raise OSError(0, "the kernel has no Landlock (Linux 5.13 or later, enabled at boot)")
    rules = kernel.Landlock(cage.landlock)
    look = kernel.READ_FILE | kernel.READ_DIR
    rules.allow(cage.folder)
    for path in cage.permit.read:
        rules.allow(path, look)
    if cage.permit.execute:
        for path in (*LOADER, *cage.permit.execute):
            rules.allow(path, look | kernel.EXECUTE)
        for path, rights in _DEVICES.items():
            rules.allow(path, rights)
    rules.enforce()


def _seccomp(cage: Cage) -> None:
    program = seccomp.program(pid=os.getpid(), may_start=bool(cage.permit.execute))
    if program is None or not kernel.LINUX:
        raise OSError(0, f"no system call table for {sys.platform} {os.uname().machine}")
    kernel.install_filter(program)


LAYERS: dict[str, Callable[[Cage], None]] = {
    "parent-death signal": _parent_death,
    "resource limits": _limits,
    "capabilities": _capabilities,
    "no new privileges": _no_new_privileges,
    "landlock": _landlock,
    "seccomp": _seccomp,
}
"""In the order in which they go up: the last ones forbid what the first ones do."""
