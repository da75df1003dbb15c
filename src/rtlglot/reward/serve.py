"""The reward over HTTP: one bounded pool of checks for all trainer processes of a node.

POST /verify (NeMo Gym), POST /grade (many at once), GET /health, GET /metrics (Prometheus' text). A request
that finds the queue full gets 429 with Retry-After; one that is slow, large or no JSON is refused before
anything is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import signal
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from rtlglot.errors import ConfigError, RtlglotError, UsageError
from rtlglot.reward.dialects import row_of, verify_answer, verify_request
from rtlglot.reward.grader import Grade, Grader
from rtlglot.reward.spec import ServeSpec

log = logging.getLogger("rtlglot")

_LATENCIES = 1_000
"""The latest, of which /metrics tells quantiles."""
_SWEEP_S = 1.0


@dataclass(slots=True)
class _Meter:
    """What /metrics tells."""

    answers: Counter[str] = field(default_factory=Counter)
    """By the table's entry."""
    statuses: Counter[int] = field(default_factory=Counter)
    waiting: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_LATENCIES))

    def text(self) -> str:
        lines = ["# TYPE rtlglot_graded_total counter"]
        lines += [f'rtlglot_graded_total{{entry="{entry}"}} {n}' for entry, n in sorted(self.answers.items())]
        lines.append("# TYPE rtlglot_requests_total counter")
        lines += [
            f'rtlglot_requests_total{{status="{status}"}} {n}' for status, n in sorted(self.statuses.items())
        ]
        lines += ["# TYPE rtlglot_in_queue gauge", f"rtlglot_in_queue {self.waiting}"]
        if self.seconds:
            ranked = sorted(self.seconds)
            lines.append("# TYPE rtlglot_grade_seconds summary")
            for quantile in (0.5, 0.95):
                at = ranked[min(len(ranked) - 1, int(quantile * len(ranked)))]
                lines.append(f'rtlglot_grade_seconds{{quantile="{quantile}"}} {at:.6f}')
        return "\n".join(lines) + "\n"


class Server:
    """Its routes around a grader that runs already."""

    def __init__(self, spec: ServeSpec, grader: Grader, token: str = "") -> None:
        self._spec, self._grader, self._token = spec, grader, token
        self._meter = _Meter()
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()
        self._idle: dict[Any, float] = {}
        """Connections that have no whole request -> since when."""
        size = int(spec.max_mb * (1 << 20))
        self.app = web.Application(client_max_size=size, middlewares=[self._guard])
        self.app.router.add_get("/health", self._health)
        self.app.router.add_get("/metrics", self._metrics)
        self.app.router.add_post("/verify", self._verify)
        self.app.router.add_post("/grade", self._many)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Listens until it is left, and gives the address; then drains."""
        runner = web.AppRunner(self.app, access_log=None, keepalive_timeout=self._spec.slow_s)
        await runner.setup()
        loop, server = asyncio.get_running_loop(), runner.server
        assert server is not None

        def connected() -> asyncio.BaseProtocol:
            protocol = server()
            self._idle[protocol] = loop.time()
            return protocol

        if self._spec.socket:
            listener = await loop.create_unix_server(connected, self._spec.socket)
            address = self._spec.socket
        else:
            listener = await loop.create_server(connected, self._spec.host, self._spec.port)
            address = "http://{}:{}".format(*listener.sockets[0].getsockname()[:2])
        sweeper = asyncio.create_task(self._sweep())
        try:
            yield address
        finally:
            self._draining = True
            listener.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._spec.drain_s):
                    await self._empty.wait()
            sweeper.cancel()
            await runner.cleanup()

    async def _sweep(self) -> None:
        """Close connections that do not come to a request."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_SWEEP_S)
            for protocol, since in list(self._idle.items()):
                gone = protocol.transport is None or protocol.transport.is_closing()
                if loop.time() - since > self._spec.slow_s or (gone and loop.time() - since > _SWEEP_S):
                    del self._idle[protocol]
                    if not gone:
                        protocol.transport.abort()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """What holds for every request: who may ask, and that nothing it does ends the server."""
        self._idle.pop(request.protocol, None)
        try:
            answer = self._refusal(request) or await handler(request)
        except web.HTTPException as error:
            answer = _said(error.status, error.reason)
        except RtlglotError as error:
            theirs = isinstance(error, UsageError)
            answer = _said(422 if theirs else 503, f"{error}; {error.hint}" if error.hint else str(error))
        except TimeoutError:
            answer = _said(408, f"the request did not come within {self._spec.slow_s:g} s")
        finally:
            self._idle[request.protocol] = asyncio.get_running_loop().time()
        self._meter.statuses[answer.status] += 1
        if answer.status in (401, 403, 408, 413):
            answer.force_close()
        return answer

    def _refusal(self, request: web.Request) -> web.Response | None:
        if "Origin" in request.headers:  # a page in a browser of this host is none of our clients
            return _said(403, "no requests from web pages")
        given = request.headers.get("Authorization", "").encode()
        if self._token and not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            return _said(401, "the token is missing or wrong")
        return None

    async def _body(self, request: web.Request) -> Mapping[str, Any]:
        async with asyncio.timeout(self._spec.slow_s):
            data = await request.read()
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            raise UsageError("the body is not JSON") from None
        if not isinstance(body, Mapping):
            raise UsageError("the body is not an object")
        return body

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response(
            {"status": "draining" if self._draining else "ok", "in_queue": self._meter.waiting}
        )

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(text=self._meter.text(), content_type="text/plain")

    async def _verify(self, request: web.Request) -> web.StreamResponse:
        body = await self._body(request)
        reply, row = verify_request(body)
        grades = await self._graded([(reply, row)])
        if isinstance(grades, web.Response):
            return grades
        return web.json_response(verify_answer(body, grades[0], self._spec.missing))

    async def _many(self, request: web.Request) -> web.StreamResponse:
        items = (await self._body(request)).get("items")
        if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
            raise UsageError(
                "items is no list of objects", hint="send {items: [{reply, reference, testbench}]}"
            )
        for number, item in enumerate(items):
            if "reply" not in item:
                raise UsageError(f"items[{number}] has no 'reply'", hint="null or '' where there is none")
        grades = await self._graded([(str(item["reply"] or ""), row_of(item)) for item in items])
        if isinstance(grades, web.Response):
            return grades
        return web.json_response({"grades": [grade.to_json() for grade in grades]})

    async def _graded(self, asked: list[tuple[str, dict[str, Any]]]) -> list[Grade] | web.Response:
        """The grades, or why there are none now."""
        if self._draining:
            return _said(503, "the server is ending")
        if self._meter.waiting and self._meter.waiting + len(asked) > self._spec.queue:
            return _said(429, "the queue is full", {"Retry-After": "1"})
        self._meter.waiting += len(asked)
        self._empty.clear()
        try:
            named = [f"items[{number}]: " if len(asked) > 1 else "" for number in range(len(asked))]
            each = (self._one(*one, named=name) for one, name in zip(asked, named, strict=True))
            return list(await asyncio.gather(*each))
        finally:
            self._meter.waiting -= len(asked)
            if not self._meter.waiting:
                self._empty.set()

    async def _one(self, reply: str, row: Mapping[str, Any], *, named: str) -> Grade:
        begun = time.perf_counter()
        try:
            grade = await self._grader(reply, row)
        except UsageError as error:
            raise UsageError(f"{named}{error}", hint=error.hint) from error
        self._meter.seconds.append(time.perf_counter() - begun)
        self._meter.answers[grade.entry] += 1
        return grade


def _said(status: int, why: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": why}, status=status, headers=headers)


async def serve(spec: ServeSpec, grader: Grader, tell: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `tell` hears the address. Raises ConfigError where it cannot listen."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with grader:
        server = Server(spec, grader, _token(spec))
        try:
            async with server.listening() as address:
                tell(address)
                await stop.wait()
        except OSError as error:
            raise ConfigError(
                f"cannot listen: {error}", hint="another --port, or 0 for a free one"
            ) from error


def _token(spec: ServeSpec) -> str:
    if not spec.token_file:
        return ""
    try:
        with open(spec.token_file, encoding="utf-8") as file:
            token = file.read().strip()
    except OSError as error:
        raise ConfigError(f"the token in {spec.token_file} cannot be read: {error.strerror}") from error
    if not token:
        raise ConfigError(f"there is no token in {spec.token_file}")
    return token
