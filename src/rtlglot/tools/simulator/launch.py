"""Starting one program inside the box and keeping the end of what it prints."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

MOST_OUTPUT = 1 << 20
"""Bytes of a program's output that are kept: the end of it."""


def launch(command: Sequence[str], wall_s: float) -> tuple[int | None, str]:
    """Exit code (None: out of wall or CPU time) and the end of what was printed."""
    with open("output.txt", "w+b") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            code: int | None = process.wait(max(wall_s, 0.01))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = None
        if code == -signal.SIGXCPU:
            code = None
        output.seek(max(0, output.seek(0, os.SEEK_END) - MOST_OUTPUT))
        return code, output.read().decode("utf-8", "replace")
