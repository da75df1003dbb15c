"""How good a model is, from samples: pass@k without bias, its interval, and the plug-in that is biased."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

RESAMPLES = 2_000
"""Drawings of a bootstrap: a 95 % interval's ends move by less than half a point from seed to seed."""


@dataclass(frozen=True, slots=True)
class ProblemTries:
    """One problem."""

    samples: int
    right: int


@dataclass(frozen=True, slots=True)
class Interval:
    """A share of problems, with the interval in which 95 of 100 like it lie."""

    value: float
    low: float
    high: float


def pass_at_k(samples: int, right: int, k: int) -> float:
    """The chance that at least one of k of these samples, drawn without putting back, is right.

    1 - C(n-c, k) / C(n, k): unbiased (Chen et al. 2021, arXiv 2107.03374). Raises ValueError where k is
    more than there are samples: no unbiased estimate exists then.
    """
    if not 0 <= right <= samples or not 1 <= k <= samples:
        raise ValueError(f"pass@{k} of {right} in {samples} samples")
    return 1.0 - math.comb(samples - right, k) / math.comb(samples, k)


def plug_in(samples: int, right: int, k: int) -> float:
    """1 - (1 - c/n)^k: what some harnesses print. Too low wherever 0 < c < n and k > 1."""
    return 1.0 - (1.0 - right / samples) ** k if samples else 0.0


def mean_pass_at_k(tried: Sequence[ProblemTries], k: int, *, seed: int = 2026) -> Interval | None:
    """Over problems, with a percentile bootstrap over them; None where a problem has less than k samples."""
    if not tried or min(one.samples for one in tried) < k:
        return None
    values = [pass_at_k(one.samples, one.right, k) for one in tried]
    low, high = bootstrap(values, seed=seed)
    return Interval(math.fsum(values) / len(values), low, high)


def mean_plug_in(tried: Sequence[ProblemTries], k: int) -> float:
    """The mean of `plug_in` over problems."""
    return math.fsum(plug_in(one.samples, one.right, k) for one in tried) / max(1, len(tried))


def bootstrap(values: Sequence[float], *, seed: int, resamples: int = RESAMPLES) -> tuple[float, float]:
    """The 2.5 and 97.5 percentile of the means of as many values, drawn with putting back."""
    draw = random.Random(seed)
    size = len(values)
    means = sorted(math.fsum(draw.choices(values, k=size)) / size for _ in range(resamples))
    return means[int(0.025 * resamples)], means[math.ceil(0.975 * resamples) - 1]
