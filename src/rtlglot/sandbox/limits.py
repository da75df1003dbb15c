"""How a tool inside the box starts a program, and what that may use."""

from __future__ import annotations

import math
import resource
import subprocess
import time
from collections.abc import Sequence
from typing import IO, Any


def start(
    command: Sequence[str], cpu_s: float, stdout: int | IO[bytes] = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """Start a program that may use so many CPU seconds (in whole ones), and each that it starts as well;
    it hears nothing, and its errors go to its output.

    The limit is this process's own for the moment of the start, and inherited: set in a fork it would
    cost a copy of all that is warm here.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = max(1, math.ceil(cpu_s))
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))

    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": stdout, "stderr": subprocess.STDOUT}
    if time.process_time() + 1 >= most:  # the limit would end this process
        return subprocess.Popen(command, preexec_fn=limit, **streams)
    limit()
    try:
        return subprocess.Popen(command, **streams)
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
