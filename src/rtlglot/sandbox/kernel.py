"""The kernel's doors that Python has no name for: prctl, Landlock, seccomp, capset. By ctypes.

Sources: prctl(2), landlock(7), seccomp(2), capset(2) and the headers they name.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

from rtlglot.sandbox.syscalls import MACHINES

LINUX = sys.platform == "linux"

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_PR_CAPBSET_DROP = 24
_SECCOMP_MODE_FILTER = 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES_V3 = 0x20080522

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14
_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_SCOPE_ABSTRACT_SOCKET_AND_SIGNAL = 3
_BIND_AND_CONNECT_TCP = 3

_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def _call(name: str, *arguments: object) -> int:
    if _libc is None:
        raise OSError(0, f"{name}: not Linux")
    words = (ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)
    answer: int = getattr(_libc, name)(*words)
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return answer


def die_with_parent() -> None:
    """SIGKILL for this process when its parent ends (not passed on to children; kept over exec)."""
    _call("prctl", _PR_SET_PDEATHSIG, 9, 0, 0, 0)


def forbid_new_privileges() -> None:
    """No setuid program gives this process or its children anything."""
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def forbid_dumping() -> None:
    """No core file, and no other process of the same user may look inside."""
    _call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def drop_capabilities() -> None:
    """Even root keeps only what owning files gives."""
    number = _CAPSET.get(os.uname().machine)
    if number is None:
        raise OSError(0, f"capset: no number for {os.uname().machine}")
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES_V3, 0), 8)
    nothing = ctypes.create_string_buffer(24)
    _call("syscall", number, header, nothing)


def install_filter(program: bytes) -> None:
    """Set a seccomp filter; needs forbid_new_privileges first."""
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    _call("prctl", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(header), 0, 0)


def landlock_abi() -> int:
    """Version of Landlock in this kernel; 0 where there is none."""
    if not LINUX or os.uname().machine not in MACHINES:
        return 0
    try:
        return _call("syscall", _CREATE_RULESET, 0, 0, 1)
    except OSError:
        return 0


class Landlock:
    """A ruleset under construction: nothing of the file system is allowed but what is added."""

    def __init__(self, abi: int) -> None:
        self._rights = _RIGHTS_BY_ABI[max(key for key in _RIGHTS_BY_ABI if key <= abi)]
        net = _BIND_AND_CONNECT_TCP if abi >= 4 else 0
        scope = _SCOPE_ABSTRACT_SOCKET_AND_SIGNAL if abi >= 6 else 0
        size = 24 if abi >= 6 else 16 if abi >= 4 else 8
        attributes = ctypes.create_string_buffer(struct.pack("=QQQ", self._rights, net, scope), 24)
        self._fd = _call("syscall", _CREATE_RULESET, attributes, size, 0)

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
            _call("syscall", _ADD_RULE, self._fd, 1, rule, 0)
        finally:
            os.close(fd)

    def enforce(self) -> None:
        """From here on, for this process and all it starts; needs forbid_new_privileges first."""
        _call("syscall", _RESTRICT_SELF, self._fd, 0)
        os.close(self._fd)
