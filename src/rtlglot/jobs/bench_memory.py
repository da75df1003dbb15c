"""Peak memory of this process with all that it has started, and of the GPUs, sampled while something runs."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

_INTERVAL_S = 0.5
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_GPU_QUERY = ("--query-gpu=memory.used", "--format=csv,noheader,nounits")


class PeakMemory:
    """`with PeakMemory() as peak: …`, then `peak.rss_bytes` and `peak.gpu_bytes`; 0 where unknown."""

    def __init__(self) -> None:
        self.rss_bytes = 0
        self.gpu_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True, name="peak-memory")
        self._gpu_tool = shutil.which("nvidia-smi")

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        last = False
        while not last:
            last = self._done.wait(_INTERVAL_S)
            self.rss_bytes = max(self.rss_bytes, family_rss_bytes(os.getpid()))
            self.gpu_bytes = max(self.gpu_bytes, self._gpu())

    def _gpu(self) -> int:
        if self._gpu_tool is None:
            return 0
        with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError):
            command = [self._gpu_tool, *_GPU_QUERY]
            done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
            return sum(int(line) for line in done.stdout.split()) << 20
        return 0


class _Usage(NamedTuple):
    """What one process takes."""

    rss_pages: int
    """Pages shared with others included."""
    cpu_ticks: int
    """User and system, since its start."""


def family_rss_bytes(ancestor: int) -> int:
    """Resident memory of a process and its descendants; shared pages count in each."""
    return sum(usage.rss_pages for usage in family(ancestor)) * _PAGE_BYTES


def family(ancestor: int) -> list[_Usage]:
    """A process and its descendants, those that still run; Linux only, empty elsewhere."""
    parents: dict[int, int] = {}
    usages: dict[int, _Usage] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name, in parentheses, may hold anything; state, parent … follow it.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            pid = int(entry.name)
            usages[pid] = _Usage(int(fields[21]), int(fields[11]) + int(fields[12]))
            parents[pid] = int(fields[1])
    return [usage for pid, usage in usages.items() if _descends(pid, ancestor, parents)]


def _descends(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid != ancestor:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True
