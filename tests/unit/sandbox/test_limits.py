"""Programs that a tool starts are limited, and the tool is not."""

from __future__ import annotations

import resource
import signal
import time

import pytest

from rtlglot.sandbox.limits import start

ENDLESS = ["/bin/sh", "-c", "while :; do :; done"]


@pytest.mark.parametrize("limit_s", [2.5, 10_000.0])
def test_a_program_has_its_limit_and_this_process_keeps_its_own(limit_s: float) -> None:
    before = resource.getrlimit(resource.RLIMIT_CPU)
    with start(["/bin/sh", "-c", "ulimit -t; echo trouble >&2"], limit_s) as program:
        said, _ = program.communicate()
    assert said.decode().split() == [str(int(-(-limit_s // 1))), "trouble"]
    assert program.returncode == 0
    assert resource.getrlimit(resource.RLIMIT_CPU) == before


def test_a_limit_that_this_process_has_used_up_ends_the_program_alone() -> None:
    while time.process_time() < 0.1:
        pass  # the limit is one second, and this process may have used more than that
    with start(ENDLESS, 0.5) as program:
        program.communicate()
    assert program.returncode == -signal.SIGXCPU
