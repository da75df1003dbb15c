"""The seccomp filter of a boxed child, assembled by hand as classic BPF.

Layout of the data a filter sees (linux/seccomp.h): nr u32 at 0, arch u32 at 4, args u64 from 16.
"""

from __future__ import annotations

import errno
import functools
import platform
import struct
from collections.abc import Mapping

from rtlglot.sandbox.syscalls import (
    AUDIT_ARCH,
    CLONE,
    CLONE3,
    DENY,
    MACHINES,
    NEWEST,
    PRETEND,
    SIGNAL,
    START,
)

_LOAD, _EQUAL, _GREATER, _BITS, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NR, _ARCH, _ARG0 = 0, 4, 16
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000
_THIS_PROCESS = 0xFFFFFFFF
_THREAD = 0x10000
_NEW_NAMESPACES = 0x7E020080
"""CLONE_NEWTIME | NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET."""


def _op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _errno(number: int) -> bytes:
    return _op(_RETURN, _ERRNO | number)


def program(*, pid: int, may_start: bool) -> bytes | None:
    """The filter for the process `pid`, or None on an architecture without a table.

    Threads are always allowed. `may_start` allows fork and exec (never new namespaces), and then
    signals to others as well: there Landlock keeps them inside the box.
    """
    code = assembled(platform.machine(), may_start)
    return None if code is None else code.replace(_op(_EQUAL, _THIS_PROCESS, 1, 0), _op(_EQUAL, pid, 1, 0))


@functools.cache
def assembled(architecture: str, may_start: bool) -> bytes | None:  # noqa: FBT001 - the key of a cache
    """The filter with a placeholder for the process's number; made before the fork."""
    machine = MACHINES.get(architecture)
    if machine is None:
        return None
    ops = [_op(_LOAD, _ARCH), _op(_EQUAL, AUDIT_ARCH[machine], 1, 0), _op(_RETURN, _KILL_PROCESS)]
    ops += [_op(_LOAD, _NR)]
    if machine == 0:
        ops += [_op(_GREATER, _X32 - 1, 0, 1), _op(_RETURN, _KILL_PROCESS)]
    ops += [_op(_GREATER, NEWEST, 0, 1), _errno(errno.ENOSYS)]
    for number in _numbers(PRETEND, machine):
        ops += [_op(_EQUAL, number, 0, 1), _errno(0)]
    denied = _numbers(DENY, machine)
    if not may_start:
        denied += _numbers(START, machine)
    for number in denied:
        ops += [_op(_EQUAL, number, 0, 1), _errno(errno.EPERM)]
    # glibc falls back from clone3, whose flags a filter cannot read, to clone
    ops += [_op(_EQUAL, CLONE3[machine], 0, 1), _errno(errno.ENOSYS)]
    ops += [_op(_EQUAL, CLONE[machine], 0, 4), _op(_LOAD, _ARG0)]
    if may_start:
        ops += [_op(_BITS, _NEW_NAMESPACES, 0, 1), _errno(errno.EPERM), _op(_RETURN, _ALLOW)]
    else:
        # a thread ends with its process; anything else is a process of its own
        ops += [_op(_BITS, _THREAD, 1, 0), _errno(errno.EPERM), _op(_RETURN, _ALLOW)]
        for number in _numbers(SIGNAL, machine):
            ops += [_op(_EQUAL, number, 0, 4), _op(_LOAD, _ARG0)]
            ops += [_op(_EQUAL, _THIS_PROCESS, 1, 0), _errno(errno.EPERM), _op(_RETURN, _ALLOW)]
    ops.append(_op(_RETURN, _ALLOW))
    return b"".join(ops)


def _numbers(table: Mapping[str, tuple[int | None, int | None]], machine: int) -> list[int]:
    return [number for row in table.values() if (number := row[machine]) is not None]
