"""What a program may use that a tool starts inside the box."""

from __future__ import annotations

import math
import resource


def limit_cpu(cpu_s: float) -> None:
    """Let this process, and each that it starts, use so many CPU seconds (in whole ones)."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = max(1, math.ceil(cpu_s))
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))
