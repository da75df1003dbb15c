"""Asked once: the ledger's reply if it is there, a neighbour's if it is on its way, else the engine's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from rtlglot.engines import Engine
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import RequestKeys, digest
from rtlglot.records import Reply, Request


@dataclass(slots=True)
class Meter:
    """What has been asked and answered in this process."""

    requests: int = 0
    """Replies bought from the engine."""
    reused: int = 0
    """Replies found in the ledger or shared with an identical request."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


class Ask:
    """Gives the reply to a request, with the request's key in the ledger."""

    def __init__(self, engine: Engine, ledger: Ledger, keys: RequestKeys, meter: Meter | None = None) -> None:
        """`meter` is another's, where two engines are counted as one."""
        self._engine = engine
        self._ledger = ledger
        self._keys = keys
        self._under_way: dict[tuple[bytes, int, int], asyncio.Future[Reply]] = {}
        self.meter = meter or Meter()

    async def __call__(self, request: Request) -> tuple[bytes, Reply]:
        """Raises what the engine raises."""
        key = self._keys(request)
        slot = (key, request.sample, request.attempt)
        while (shared := self._under_way.get(slot)) is not None:
            try:
                reply = await asyncio.shield(shared)
            except asyncio.CancelledError:
                if not shared.cancelled():
                    raise  # this row was cancelled, not the neighbour's
                continue
            self.meter.reused += 1
            return key, reply
        known = self._ledger.reply(*slot)
        if known is not None:
            self.meter.reused += 1
            return key, known
        return key, await self._buy(slot, request)

    async def _buy(self, slot: tuple[bytes, int, int], request: Request) -> Reply:
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._under_way[slot] = future
        try:
            reply = await self._engine.generate(_addressed(request, slot[0]))
        except BaseException as error:
            del self._under_way[slot]
            if isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)
                future.exception()  # a failure nobody shares is not "never retrieved"
            raise
        # Until it is on disk a twin finds the reply here, after that in the ledger.
        saved = self._ledger.save_reply(slot[0], request, reply)
        saved.add_done_callback(lambda _: self._under_way.pop(slot, None))
        future.set_result(reply)
        self._count(reply)
        return reply

    def _count(self, reply: Reply) -> None:
        meter = self.meter
        meter.requests += 1
        meter.prompt_tokens += reply.prompt_tokens or 0
        meter.completion_tokens += reply.completion_tokens or 0
        meter.cached_tokens += reply.cached_tokens or 0


def _addressed(request: Request, key: bytes) -> Request:
    """The request with its key, and a seed of its own drawn from the run's: equal requests, equal seeds."""
    sampling = request.sampling
    if sampling.seed is not None:
        drawn = digest(str(sampling.seed), key, str(request.sample), str(request.attempt))
        sampling = replace(sampling, seed=int.from_bytes(drawn[:4], "big") >> 1)
    return Request(request.messages, sampling, request.row_id, request.sample, request.attempt, key)
