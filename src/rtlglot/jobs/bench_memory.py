"""Peak memory of this process with all that it has started, and of the GPUs, sampled while something runs."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from pathlib import Path
from types import TracebackType

INTERVAL_S = 0.5
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
            last = self._done.wait(INTERVAL_S)
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


def family_rss_bytes(ancestor: int) -> int:
    """Resident memory of a process and its descendants, shared pages counted in each; Linux only."""
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name, in parentheses, may hold anything; state, parent … follow it.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parents[int(entry.name)], pages[int(entry.name)] = int(fields[1]), int(fields[21])
    return sum(pages[pid] for pid in pages if _descends(pid, ancestor, parents)) * _PAGE_BYTES


def _descends(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid != ancestor:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True
