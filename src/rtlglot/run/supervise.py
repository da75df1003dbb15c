"""An engine that does not give up: waits out what is transient, restarts what died, isolates poison.

The policy is the same for every engine and lives here, so that an engine's own file maps errors to
classes and does nothing else.

- transient: back off as long as it takes. A row that fails 8 times while others succeed is tried alone
  once more, then it fails. Rate limits slow a run and never count against a row.
- dead: restart once for all, ask again. A row in flight at two deaths runs alone; if the engine dies
  again, the row is poison. Three restarts without one reply in between: the engine is lost.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence

from rtlglot.engines import Engine, EngineInfo
from rtlglot.errors import EngineDead, EngineLost, RowError, TransientError
from rtlglot.records import Json, Message, Reason, Reply, Request
from rtlglot.run.gate import Gate

_FAILURES_BEFORE_ALONE = 8
_DEATHS_BEFORE_ALONE = 2
_RESTARTS_WITHOUT_A_REPLY = 3
_PATIENCE_S = 1800.0
"""Without one reply for this long an endpoint that only errs counts as lost; rate limits do not."""
LONGEST_PAUSE_S = 60.0


class Supervised(Engine):
    """An Engine around an Engine."""

    def __init__(
        self, engine: Engine, *, in_flight: int | None = None, patience_s: float = _PATIENCE_S
    ) -> None:
        """`in_flight` overrides how many requests the engine asks for."""
        self._engine = engine
        self._in_flight = in_flight
        self._patience_s = patience_s
        self.gate = Gate(in_flight or 1)
        self._epoch = 0
        self._restarts = 0
        self._reviving = asyncio.Lock()
        self._replies = 0
        self._last_reply = time.monotonic()
        self.trouble = ""
        """What a person should know now: rate limited, restarting …; '' when all is well."""

    def identity(self) -> Mapping[str, Json]:
        """The engine's own."""
        return self._engine.identity()

    async def start(self) -> EngineInfo:
        """Start the engine and open the gate as wide as it asks for."""
        info = await self._engine.start()
        self.gate = Gate(self._in_flight or info.max_in_flight)
        self._last_reply = time.monotonic()
        return info

    async def count_tokens(self, messages: Sequence[Message]) -> int | None:
        """The engine's own."""
        return await self._engine.count_tokens(messages)

    async def aclose(self) -> None:
        """Close the engine."""
        await self._engine.aclose()

    async def generate(self, request: Request) -> Reply:
        """One reply, however long it takes. Raises RowError for this row, EngineLost for all."""
        deaths = failures = 0
        served = self._replies
        while True:
            alone = deaths >= _DEATHS_BEFORE_ALONE or failures >= _FAILURES_BEFORE_ALONE
            epoch = self._epoch
            try:
                return await self._ask(request, alone=alone)
            except EngineDead as error:
                deaths += 1
                await self._revive(epoch, error)
                if alone:
                    raise RowError(
                        Reason.POISON, f"the engine died {deaths} times with this row, at last alone: {error}"
                    ) from error
            except TransientError as error:
                if alone and not error.overload:
                    raise RowError(
                        Reason.ENGINE_ERROR, f"failed {failures + 1} times, at last alone: {error}"
                    ) from error
                # It counts against the row only where others were served since the last one.
                if not error.overload and self._replies > served:
                    failures, served = failures + 1, self._replies
                await self._back_off(error, failures)

    async def _ask(self, request: Request, *, alone: bool) -> Reply:
        gate = self.gate
        entered = await (gate.enter_alone() if alone else gate.enter())
        try:
            reply = await self._engine.generate(request)
        except TransientError as error:
            if error.overload:
                gate.overloaded(entered, error.retry_after_s)
            raise
        finally:
            if alone:
                gate.leave_alone()
            else:
                gate.leave()
        gate.succeeded()
        self._replies += 1
        self._restarts = 0
        self._last_reply = time.monotonic()
        self.trouble = ""
        if gate.limit < gate.most:
            self.trouble = f"rate limited: {int(gate.limit)} of {gate.most} in flight"
        return reply

    async def _back_off(self, error: TransientError, failures: int) -> None:
        silent_s = time.monotonic() - self._last_reply
        if silent_s > self._patience_s and not error.overload:
            raise EngineLost(
                f"no reply for {silent_s / 60:.0f} minutes; the last error: {error}",
                hint="when the endpoint answers again, run the same command: it resumes",
            ) from error
        pause_s = min(LONGEST_PAUSE_S, 0.25 * 2 ** min(failures, 10) * random.uniform(0.5, 1.5))
        if silent_s > 10:  # nobody is being served: slower for everyone
            pause_s = min(LONGEST_PAUSE_S, max(pause_s, silent_s / 4))
        pause_s = max(pause_s, error.retry_after_s or 0.0)
        kind = "rate limited" if error.overload else f"trouble ({error})"
        self.trouble = (
            f"{kind}: {int(self.gate.limit)} of {self.gate.most} in flight, waiting {pause_s:.0f} s"
        )
        await asyncio.sleep(pause_s)

    async def _revive(self, epoch: int, error: EngineDead) -> None:
        async with self._reviving:
            if epoch != self._epoch:
                return  # another row's turn has restarted it already
            self._restarts += 1
            if self._restarts > _RESTARTS_WITHOUT_A_REPLY:
                raise EngineLost(
                    f"the engine died {self._restarts} times without one reply in between: {error}",
                    hint="see the log file; when it is mended, run the same command: it resumes",
                ) from error
            self.trouble = f"the engine died ({error}); restart {self._restarts}"
            if not error.heals:
                await self._restart(error)
            self._epoch += 1

    async def _restart(self, error: EngineDead) -> None:
        try:
            await self._engine.aclose()
            await self._engine.start()
        except EngineDead as again:
            raise EngineLost(
                f"the engine died ({error}) and could not be started again: {again}",
                hint="run the same command when it works again: it resumes",
            ) from again
