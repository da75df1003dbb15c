"""A processor that has much else to do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def crowd(busy: int = 4) -> Iterator[None]:
    """This process, and what it starts, on one processor with so many busy ones."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
    try:
        yield
    finally:
        for process in others:
            process.kill()
            process.wait()
        os.sched_setaffinity(0, before)
