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

_LOAD, _EQUAL, _GREATER, _BITS, _JUMP, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x05, 0x06
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
    refused = (_errno(errno.EPERM),)
    answers: dict[int, tuple[bytes, ...]] = dict.fromkeys(_numbers(PRETEND, machine), (_errno(0),))
    answers |= dict.fromkeys(_numbers(DENY, machine), refused)
    # glibc falls back from clone3, whose flags a filter cannot read, to clone
    answers[CLONE3[machine]] = (_errno(errno.ENOSYS),)
    unless = (*refused, _op(_RETURN, _ALLOW))
    if may_start:
        answers[CLONE[machine]] = (_op(_LOAD, _ARG0), _op(_BITS, _NEW_NAMESPACES, 0, 1), *unless)
    else:
        answers |= dict.fromkeys(_numbers(START, machine), refused)
        # a thread ends with its process; anything else is a process of its own
        answers[CLONE[machine]] = (_op(_LOAD, _ARG0), _op(_BITS, _THREAD, 1, 0), *unless)
        own = (_op(_LOAD, _ARG0), _op(_EQUAL, _THIS_PROCESS, 1, 0), *unless)
        answers |= dict.fromkeys(_numbers(SIGNAL, machine), own)
    return b"".join([*ops, *_halved(sorted(answers.items()))])


def _halved(answers: list[tuple[int, tuple[bytes, ...]]]) -> list[bytes]:
    """Ops that find a call's answer among sorted ones; what is not among them is allowed. The kernel tries
    every call there is when the filter goes up, so a list would take long to look through."""
    if len(answers) <= _FEW:
        found = (op for number, answer in answers for op in (_op(_EQUAL, number, 0, len(answer)), *answer))
        return [*found, _op(_RETURN, _ALLOW)]
    middle = len(answers) // 2
    lower, upper = _halved(answers[:middle]), _halved(answers[middle:])
    # what depends on a condition cannot jump far
    return [_op(_GREATER, answers[middle][0] - 1, 0, 1), _op(_JUMP, len(lower)), *lower, *upper]


_FEW = 4


def _numbers(table: Mapping[str, tuple[int | None, int | None]], machine: int) -> list[int]:
    return [number for row in table.values() if (number := row[machine]) is not None]
