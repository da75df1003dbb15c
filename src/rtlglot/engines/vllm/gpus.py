"""Which NVIDIA GPUs this process may use, as the driver's own tool tells it."""

from __future__ import annotations

import os
import shutil
import subprocess

_QUERY = ("--query-gpu=index,uuid,memory.total,memory.reserved", "--format=csv,noheader,nounits")
_TIMEOUT_S = 20.0


def visible_gpus() -> dict[str, float]:
    """Device names for CUDA_VISIBLE_DEVICES -> memory in GiB that programs can use; empty without a GPU.

    Memory that the driver keeps to itself is taken off: an 80 GB H100 counts as 79.1 GiB.
    """
    return parse(_ask(), os.environ.get("CUDA_VISIBLE_DEVICES"))


def _ask() -> str:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ""
    try:
        done = subprocess.run([tool, *_QUERY], capture_output=True, text=True, timeout=_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def parse(listing: str, visible: str | None) -> dict[str, float]:
    """The GPUs of nvidia-smi's listing (index, uuid, MiB in all, MiB reserved) that `visible` allows."""
    known: dict[str, float] = {}
    names: dict[str, str] = {}
    for line in listing.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) != 4 or not parts[2].isdigit():
            continue
        index, uuid, total, reserved = parts
        kept = int(reserved) if reserved.isdigit() else 0
        known[index] = (int(total) - kept) / 1024
        names[index] = names[uuid] = index
    if visible is None:
        return known
    chosen: dict[str, float] = {}
    for name in visible.split(","):
        # CUDA ignores the rest of the list from the first unknown name on.
        index_of = names.get(name.strip())
        if index_of is None:
            break
        chosen[name.strip()] = known[index_of]
    return chosen
