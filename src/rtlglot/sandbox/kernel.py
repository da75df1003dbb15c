"""The kernel's doors that Python has no name for: prctl, Landlock, seccomp, capset. By ctypes.

Sources: prctl(2), landlock(7), seccomp(2), capset(2) and the headers they name.
"""

from __future__ import annotations

import ctypes
import functools
import os
import struct
import sys
from typing import Any

from rtlglot.sandbox.syscalls import MACHINES

LINUX = sys.platform == "linux"

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_PR_CAPBSET_DROP = 24
_SECCOMP_MODE_FILTER = 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES_V3 = 0x20080522
_THIS_PROCESS = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES_V3, 0), 8)
_NO_CAPABILITIES = ctypes.create_string_buffer(24)
_MACHINE = os.uname().machine

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14
_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_SCOPE_ABSTRACT_SOCKET_AND_SIGNAL = 3
_BIND_AND_CONNECT_TCP = 3

_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def _door(name: str) -> Any:
    """A function of the C library that takes up to so many words. Made before the fork: what a child
    touches for the first time is copied for it."""
    door = _libc[name] if _libc is not None else None
    if door is not None:
        door.argtypes, door.restype = (ctypes.c_long,) * _MOST_WORDS, ctypes.c_long
    return door


_MOST_WORDS = 5
_prctl, _syscall = _door("prctl"), _door("syscall")


def _call(door: Any, *words: int) -> int:
    if door is None:
        raise OSError(0, "not Linux")
    answer: int = door(*words, *(0,) * (_MOST_WORDS - len(words)))
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{door.__name__}: {os.strerror(number)}")
    return answer


def die_with_parent() -> None:
    """SIGKILL for this process when its parent ends (not passed on to children; kept over exec)."""
    _call(_prctl, _PR_SET_PDEATHSIG, 9, 0, 0, 0)


def forbid_new_privileges() -> None:
    """No setuid program gives this process or its children anything."""
    _call(_prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def forbid_dumping() -> None:
    """No core file, and no other process of the same user may look inside."""
    _call(_prctl, _PR_SET_DUMPABLE, 0, 0, 0, 0)


def drop_capabilities() -> None:
    """Even root keeps only what owning files gives."""
    number = _CAPSET.get(_MACHINE)
    if number is None:
        raise OSError(0, f"capset: no number for {_MACHINE}")
    _call(_syscall, number, ctypes.addressof(_THIS_PROCESS), ctypes.addressof(_NO_CAPABILITIES))


def install_filter(program: bytes) -> None:
    """Set a seccomp filter; needs forbid_new_privileges first."""
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    _call(_prctl, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(header), 0, 0)


def landlock_abi() -> int:
    """Version of Landlock in this kernel; 0 where there is none."""
    if not LINUX or _MACHINE not in MACHINES:
        return 0
    try:
        return _call(_syscall, _CREATE_RULESET, 0, 0, 1)
    except OSError:
        return 0


@functools.cache
def handled(abi: int) -> tuple[int, ctypes.Array[ctypes.c_char], int]:
    """What a ruleset forbids: its rights to files, all of it as the kernel wants it, and the size of that;
    made before the fork."""
    rights = _RIGHTS_BY_ABI[max(key for key in _RIGHTS_BY_ABI if key <= abi)]
    net = _BIND_AND_CONNECT_TCP if abi >= 4 else 0
    scope = _SCOPE_ABSTRACT_SOCKET_AND_SIGNAL if abi >= 6 else 0
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    return rights, ctypes.create_string_buffer(struct.pack("=QQQ", rights, net, scope), 24), size


class Landlock:
    """A ruleset under construction: nothing of the file system is allowed but what is added."""

    def __init__(self, abi: int) -> None:
        self._rights, attributes, size = handled(abi)
        self._fd = _call(_syscall, _CREATE_RULESET, ctypes.addressof(attributes), size, 0)

    def allow(self, path: str, rights: int | None = None) -> None:
        """Allow `rights` (None: all) at a file or below a folder. What does not exist is no rule."""
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            rights = self._rights if rights is None else rights & self._rights
            if not os.path.isdir(path):
                rights &= _FILE_RIGHTS
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd), 12)
            _call(_syscall, _ADD_RULE, self._fd, 1, ctypes.addressof(rule), 0)
        finally:
            os.close(fd)

    def enforce(self) -> None:
        """From here on, for this process and all it starts; needs forbid_new_privileges first."""
        _call(_syscall, _RESTRICT_SELF, self._fd, 0)
        os.close(self._fd)
