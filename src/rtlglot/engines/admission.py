"""Which waiting requests may enter a continuous batch now: room in the KV cache, warm prefixes.

A batch that outgrows its KV cache loses every request in it, so a request enters only when its
prompt and its longest reply fit beside those already in. And a prompt prefix is computed once only
if the first prompt that has it is through before the others enter: a request waits while another
one with more in common than anything seen so far is being read in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORTH_WAITING_TOKENS = 64
"""A shorter common prefix is cheaper to compute again than to wait for."""
_MOST_WARM = 16
"""So many of the latest prompts are remembered as warm; all share what all share."""


@dataclass(slots=True, eq=False)
class BatchRequest:
    """One request on its way through the batch."""

    number: int
    ids: NDArray[np.int64]
    """The prompt's tokens."""
    max_tokens: int
    request: dict[str, Any] = field(default_factory=dict)
    """As it came from the parent."""
    alone: bool = False
    """It was thrown out of the batch once: nothing else may be in with it."""
    prefilled: bool = False
    handle: Any = None


class Admission:
    """The queue in front of the batch."""

    def __init__(self, *, blocks: int, block_tokens: int, max_in_flight: int, prefix_caching: bool) -> None:
        """`blocks` of `block_tokens` tokens each are the whole KV cache."""
        self.running: dict[int, BatchRequest] = {}
        self._waiting: deque[BatchRequest] = deque()
        self._blocks = blocks
        self._block_tokens = block_tokens
        self._max_in_flight = max_in_flight
        self._prefix_caching = prefix_caching
        self._warm: deque[NDArray[np.int64]] = deque(maxlen=_MOST_WARM)
        self._taken = 0

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        return not self.running and not self._waiting

    def offer(self, job: BatchRequest) -> None:
        """Puts a request at the end of the queue."""
        self._waiting.append(job)

    def admit(self) -> Iterator[BatchRequest]:
        """Those that may enter now, in order of arrival; each counts as running once it is given."""
        passed: list[BatchRequest] = []
        while self._waiting and len(self.running) < self._max_in_flight:
            job = self._waiting.popleft()
            if not self._has_room(job):
                passed.append(job)
                break  # smaller ones behind it must not keep it out for ever
            if self._should_wait(job):
                passed.append(job)
                continue
            self.running[job.number] = job
            self._taken += self._need(job)
            yield job
        self._waiting.extendleft(reversed(passed))

    def prefilled(self, job: BatchRequest) -> None:
        """The job's prompt is in the cache: its first token is out."""
        job.prefilled = True
        self._warm.append(job.ids)

    def leave(self, number: int) -> BatchRequest | None:
        """Takes a request out, running or waiting; None where it is not here."""
        job = self.running.pop(number, None)
        if job is not None:
            self._taken -= self._need(job)
            return job
        for job in self._waiting:
            if job.number == number:
                self._waiting.remove(job)
                return job
        return None

    def _need(self, job: BatchRequest) -> int:
        return -(-(len(job.ids) + job.max_tokens) // self._block_tokens)

    def _has_room(self, job: BatchRequest) -> bool:
        if job.alone or any(other.alone for other in self.running.values()):
            return not self.running
        return self._taken + self._need(job) <= self._blocks

    def _should_wait(self, job: BatchRequest) -> bool:
        if not self._prefix_caching:
            return False
        coming = [other.ids for other in self.running.values() if not other.prefilled]
        if not coming:
            return False
        gain = max(common(job.ids, ids) for ids in coming)
        warm = max((common(job.ids, ids) for ids in self._warm), default=0)
        return gain - warm >= _WORTH_WAITING_TOKENS


def common(one: NDArray[np.int64], two: NDArray[np.int64]) -> int:
    """How many tokens two prompts begin with in common."""
    length = min(len(one), len(two))
    differs = one[:length] != two[:length]
    first = int(differs.argmax()) if length else 0
    return first if length and differs[first] else length
