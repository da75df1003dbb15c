"""Starting one program inside the box and keeping the end of what it prints."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

from rtlglot.sandbox.limits import limit_cpu

MOST_OUTPUT = 1 << 20
"""Bytes of a program's output that are kept: the end of it."""


def launch(command: Sequence[str], cpu_s: float) -> tuple[int | None, str]:
    """Exit code (None: out of CPU time) and the end of what was printed.

    A driver and each program that it starts may use `cpu_s`; what stands still is the box's to end.
    """
    with open("output.txt", "w+b") as output:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: limit_cpu(cpu_s),
            check=False,
        )
        output.seek(max(0, output.seek(0, os.SEEK_END) - MOST_OUTPUT))
        said = output.read().decode("utf-8", "replace")
        # a shell or a driver in between tells by its exit code that its program was ended
        late = done.returncode in (-signal.SIGXCPU, 128 + signal.SIGXCPU)
        return None if late else done.returncode, said
