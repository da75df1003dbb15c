"""The seccomp filter, run by a small interpreter of classic BPF: for both architectures on any machine."""

from __future__ import annotations

import errno
import struct
from typing import Any

import pytest

from rtlglot.sandbox import seccomp, syscalls

ALLOW, KILL = "allow", "kill"
OTHER_PID = 4711


def answer(code: bytes | None, number: int, *, arch: int, first: int = 0) -> Any:
    """What the filter says to a call: ALLOW, KILL or an errno."""
    data = struct.pack("=IIQQ", number, arch, 0, first)
    assert code is not None
    ops = list(struct.iter_unpack("=HBBI", code))
    at = value = 0
    while True:
        kind, yes, no, k = ops[at]
        at += 1
        if kind == 0x20:
            value = struct.unpack_from("=I", data, k)[0]
        elif kind == 0x06:
            return {0x7FFF0000: ALLOW, 0x80000000: KILL}.get(k, k & 0xFFFF)
        elif kind == 0x05:
            at += k
        else:
            test = {0x15: value == k, 0x25: value > k, 0x45: bool(value & k)}[kind]
            at += yes if test else no


@pytest.fixture(params=sorted(syscalls.MACHINES))
def machine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def ask(machine: Any) -> Any:
    column = syscalls.MACHINES[machine]

    def ask(row: Any, *, may_start: Any = False, first: Any = 0, pid: Any = None) -> Any:
        code: Any = seccomp.assembled(machine, may_start)
        if pid is not None:
            code = code.replace(
                struct.pack("=HBBI", 0x15, 1, 0, 0xFFFFFFFF), struct.pack("=HBBI", 0x15, 1, 0, pid)
            )
        return answer(code, row[column], arch=syscalls.AUDIT_ARCH[column], first=first)

    def names(table: Any) -> Any:
        return {name: row for name, row in table.items() if row[column] is not None}

    ask.names = names  # type: ignore[attr-defined]
    return ask


@pytest.mark.parametrize("may_start", [False, True])
def test_what_is_denied_is_denied(ask: Any, may_start: Any) -> None:
    for name, row in ask.names(syscalls.DENY).items():
        assert ask(row, may_start=may_start) == errno.EPERM, name
    for name, row in ask.names(syscalls.PRETEND).items():
        assert ask(row, may_start=may_start) == 0, name


def test_starting_needs_the_permit(ask: Any) -> None:
    for name, row in ask.names(syscalls.START).items():
        assert ask(row) == errno.EPERM, name
        assert ask(row, may_start=True) == ALLOW, name


def test_threads_are_allowed_and_processes_and_namespaces_are_not(ask: Any) -> None:
    thread, fork, new_user = 0x3D0F00, 17, 0x10000000 | 17
    assert [ask(syscalls.CLONE, first=flags) for flags in (thread, fork, new_user)] == [ALLOW, 1, 1]
    allowed = [ask(syscalls.CLONE, first=flags, may_start=True) for flags in (thread, fork, new_user)]
    assert allowed == [ALLOW, ALLOW, 1]
    assert ask(syscalls.CLONE3) == errno.ENOSYS


def test_a_process_may_signal_itself_only(ask: Any) -> None:
    for row in ask.names(syscalls.SIGNAL).values():
        assert ask(row, pid=OTHER_PID, first=OTHER_PID) == ALLOW
        assert ask(row, pid=OTHER_PID, first=1) == errno.EPERM


def test_ordinary_calls_pass(ask: Any) -> None:
    read, write, openat = (0, 63), (1, 64), (257, 56)
    assert [ask(row) for row in (read, write, openat)] == [ALLOW] * 3


def test_other_architectures_and_later_calls(machine: Any) -> None:
    column = syscalls.MACHINES[machine]
    code, arch = seccomp.assembled(machine, False), syscalls.AUDIT_ARCH[column]
    assert answer(code, 0, arch=arch ^ 1) == KILL
    assert answer(code, syscalls.NEWEST + 1, arch=arch) == errno.ENOSYS
    if machine == "x86_64":
        assert answer(code, 0x40000000 + 59, arch=arch) == KILL


def test_a_filter_fits_the_kernels_limit(machine: Any) -> None:
    assert len(seccomp.assembled(machine, False) or b"x" * 40_000) // 8 < 4096


def test_an_unknown_architecture_has_no_filter() -> None:
    assert seccomp.assembled("mips", False) is None
