"""An engine that does not give up: waits out what is transient, restarts what died, isolates poison.

The policy is the same for every engine and lives here, so that an engine's own file maps errors to
classes and does nothing else.

- transient: back off as long as it takes. A row that fails 8 times while others succeed is tried alone
  once more, then it fails; one that runs into the time limit twice fails at once. Rate limits slow a run
  and never count against a row, unless it meets them for minutes in which nobody else asks, and a request
  asked beside it is served.
- whose fault it is, where nobody else is being served just now, the last request that was served tells:
  it is asked again. So a refusal of one row's request stops no run, and a row that always fails does not
  keep alive a run whose other rows are through.
- a run that is to end: who waits for a better moment gives up, the row stays pending.
- dead: restart once for all, ask again. A row in flight at two deaths runs alone; if the engine dies
  again, the row is poison. Three restarts without one reply in between: the engine is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from rtlglot.engines import Engine, EngineInfo
from rtlglot.errors import (
    BudgetSpent,
    ConfigError,
    EngineDead,
    EngineLost,
    RowError,
    RtlglotError,
    TransientError,
)
from rtlglot.records import Json, Message, Reason, Reply, Request
from rtlglot.run.gate import Gate, pause

_FAILURES_BEFORE_ALONE = 8
_DEATHS_BEFORE_ALONE = 2
_RESTARTS_WITHOUT_A_REPLY = 3
_PATIENCE_S = 1800.0
"""Without one reply for this long an endpoint that only errs counts as lost; rate limits do not."""
_PATIENCE_WITH_NONSENSE_S = 60.0
"""The same where it answers, and what it says is never a reply."""
LONGEST_PAUSE_S = 60.0
_LIMITED_S = 120.0
"""A row that is rate limited for so long while nobody is served is asked about: it may be the only one."""
_DOUBTS_BEFORE_ASKING = 4
"""So many failures of a row while nobody was served, then the witness is asked whose they are."""
_FIRST_REPLY_S = 30.0
_LONG_S = 60.0
_LONG_COUNTS = 4
"""A failure that took longer than `_LONG_S` counts for so many: waiting for it eight times takes an hour."""


@dataclass(slots=True)
class _History:
    """What has happened to one request."""

    served: int
    """Replies to others when it last failed."""
    deaths: int = 0
    failures: int = 0
    """While others were served."""
    doubts: int = 0
    """While nobody was."""
    limited_since: float | None = None
    """When it was first rate limited."""
    slow: bool = False
    """Its last failure took long: to try it alone would keep everyone waiting."""

    @property
    def alone(self) -> bool:
        """Whether it is to be tried with nobody beside it."""
        return self.deaths >= _DEATHS_BEFORE_ALONE or self.failures >= _FAILURES_BEFORE_ALONE


class Supervised(Engine):
    """An Engine around an Engine."""

    def __init__(
        self,
        engine: Engine,
        *,
        in_flight: int | None = None,
        patience_s: float = _PATIENCE_S,
        ending: asyncio.Event | None = None,
    ) -> None:
        """`in_flight` overrides how many requests the engine asks for; `ending` is set when the run is to
        end: nobody waits for a better moment any longer."""
        self._engine = engine
        self._in_flight = in_flight
        self._patience_s = patience_s
        self._ending = ending or asyncio.Event()
        self.gate = Gate(in_flight or 1, self._ending)
        self._epoch = 0
        self._restarts = 0
        self._reviving = asyncio.Lock()
        self._replies = 0
        self._last_reply = time.monotonic()
        self._witness: Request | None = None
        """The last request that was served."""
        self._witness_asked = 0.0
        self._witness_served = False
        self._asking_witness = asyncio.Lock()
        self.trouble = ""
        """What a person should know now: rate limited, restarting …; '' when all is well."""

    def identity(self) -> Mapping[str, Json]:
        """The engine's own."""
        return self._engine.identity()

    async def start(self) -> EngineInfo:
        """Start the engine and open the gate as wide as it asks for."""
        info = await self._engine.start()
        self.gate = Gate(self._in_flight or info.max_in_flight, self._ending)
        self._last_reply = time.monotonic()
        return info

    async def count_tokens(self, messages: Sequence[Message]) -> int | None:
        """The engine's own."""
        return await self._engine.count_tokens(messages)

    async def aclose(self) -> None:
        """Close the engine."""
        await self._engine.aclose()

    async def generate(self, request: Request) -> Reply:
        """One reply, however long it takes. Raises RowError for this row, EngineLost for all, Unanswered
        where the run ends before."""
        row = _History(self._replies)
        while True:
            alone, epoch = row.alone, self._epoch
            try:
                return await self._ask(request, row)
            except EngineDead as error:
                row.deaths += 1
                await self._revive(epoch, error)
                if alone:
                    said = f"the engine died {row.deaths} times with this row, at last alone: {error}"
                    raise RowError(Reason.POISON, said) from error
            except TransientError as error:
                if error.overload:
                    await self._limited(error, row)
                else:
                    if alone:
                        raise _failed(f"failed {row.failures + 1} times, at last alone", error) from error
                    await self._count(row)
                    if row.alone and row.slow:
                        raise _failed("failed again and again, each time after long", error) from error
                await self._back_off(error, row.failures + (row.doubts if error.nonsense else 0))
            except (ConfigError, BudgetSpent) as error:
                await self._refused(error)

    async def _refused(self, error: ConfigError | BudgetSpent) -> NoReturn:
        """Raise what a refusal is: the row's, everybody's from the start, or the engine's end."""
        await self._first_reply()
        if await self._serves(time.monotonic()):
            raise _failed("refused while others are served", error) from error
        if self._witness is None or isinstance(error, BudgetSpent):
            raise error
        # A key that expired, a model that was taken away: what is done is delivered.
        raise EngineLost(
            f"after {self._replies:,} replies the engine refuses: {error}",
            hint=f"{error.hint}; then run the same command: it resumes".lstrip("; "),
        ) from error

    async def _count(self, row: _History) -> None:
        """A failure counts against a row where others are served: else the engine is in trouble."""
        weight = _LONG_COUNTS if row.slow else 1
        if self._replies > row.served:
            row.failures, row.doubts = row.failures + weight, 0
        else:
            row.doubts += weight
            if row.doubts >= _DOUBTS_BEFORE_ASKING and await self._serves(time.monotonic()):
                row.failures, row.doubts = row.failures + row.doubts, 0
        row.served = self._replies

    async def _limited(self, error: TransientError, row: _History) -> None:
        """A rate limit counts against nobody, unless it meets only what is left of a run, and for long."""
        now = time.monotonic()
        row.limited_since = row.limited_since or now
        since = max(row.limited_since, self._last_reply)
        if now - since > _LIMITED_S and await self._serves(now):
            raise _failed("limited for minutes, and what is asked beside it is served", error) from error

    async def _first_reply(self) -> None:
        """Wait for it while others are at the engine: they tell whether a refusal is meant for all."""
        deadline = time.monotonic() + _FIRST_REPLY_S
        while self._witness is None and self.gate.inside and time.monotonic() < deadline:  # noqa: ASYNC110 - rare
            await asyncio.sleep(0.02)

    async def _serves(self, since: float) -> bool:
        """Whether a request that was served before is served again when it is asked after a moment; False
        where none was. One asking answers all who have the question."""
        async with self._asking_witness:
            if self._witness is not None and self._witness_asked < since:
                self._witness_asked, self._witness_served = time.monotonic(), False
                with contextlib.suppress(RtlglotError):
                    await self._engine.generate(self._witness)
                    self._witness_served = True
                    self._replies += 1
                    self._last_reply = time.monotonic()
            return self._witness_served

    async def _ask(self, request: Request, row: _History) -> Reply:
        gate, alone = self.gate, row.alone
        entered = await (gate.enter_alone() if alone else gate.enter())
        try:
            reply = await self._engine.generate(request)
        except TransientError as error:
            row.slow = time.monotonic() - entered > _LONG_S
            if error.overload or row.slow:  # too much to do, whether it says so or not
                gate.overloaded(entered, error.retry_after_s)
            raise
        finally:
            if alone:
                gate.leave_alone()
            else:
                gate.leave()
        gate.succeeded()
        self._replies += 1
        self._witness = request
        self._restarts = 0
        self._last_reply = time.monotonic()
        self.trouble = ""
        if gate.limit < gate.most:
            self.trouble = f"rate limited: {int(gate.limit)} of {gate.most} in flight"
        return reply

    async def _back_off(self, error: TransientError, failures: int) -> None:
        now = time.monotonic()
        silent_s = now - self._last_reply
        patience_s = min(self._patience_s, _PATIENCE_WITH_NONSENSE_S) if error.nonsense else self._patience_s
        if silent_s > patience_s and not error.overload:
            if not await self._serves(now):
                raise _lost(silent_s, error) from error
            silent_s = 0.0
        # not for longer: the others are served, or asking one of them will tell
        pause_s = min(LONGEST_PAUSE_S, 0.25 * 2 ** min(failures, 4) * random.uniform(0.5, 1.5))
        if silent_s > 10:  # nobody is being served: slower for everyone
            pause_s = min(LONGEST_PAUSE_S, max(pause_s, silent_s / 4))
        pause_s = max(pause_s, error.retry_after_s or 0.0)
        kind = "rate limited" if error.overload else f"trouble ({error})"
        self.trouble = (
            f"{kind}: {int(self.gate.limit)} of {self.gate.most} in flight, waiting {pause_s:.0f} s"
        )
        await pause(pause_s, self._ending)

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


def _lost(silent_s: float, error: TransientError) -> EngineLost:
    said = f"{silent_s:.0f} s" if silent_s < 120 else f"{silent_s / 60:.0f} minutes"
    when = "it gives replies" if error.nonsense else "the endpoint answers again"
    return EngineLost(
        f"no reply for {said}; the last error: {error}",
        hint=f"when {when}, run the same command: it resumes",
    )


def _failed(how: str, error: Exception) -> RowError:
    return RowError(Reason.ENGINE_ERROR, f"{how}: {error}")
