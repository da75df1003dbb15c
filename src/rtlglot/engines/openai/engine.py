"""The engine itself: start, count, generate, close."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from yarl import URL

from rtlglot import models
from rtlglot.engines import Engine, EngineInfo, lengths
from rtlglot.engines.openai import wire
from rtlglot.engines.openai.cost import CostMeter
from rtlglot.engines.openai.credentials import read_headers
from rtlglot.engines.openai.endpoint import Endpoint, NotSent
from rtlglot.engines.openai.faults import WAIT, HttpAnswer, failure
from rtlglot.engines.openai.models import ServedModel, find_model, read_models
from rtlglot.engines.openai.options import base_url, below, read_options
from rtlglot.errors import ConfigError, EngineDead, EngineLost, RowError, TransientError
from rtlglot.records import Json, Message, Reason, Reply, Request

_FIRST_PAUSE_S = 0.25
"""Between tries at the start; doubles up to 4 s."""
_NO_LIST = frozenset({403, 404, 405, 501})
"""What gateways without a list of models say. A wrong key shows at the first request then."""


class OpenAiEngine(Engine):
    """An endpoint that speaks the OpenAI chat API."""

    def __init__(self, model: str, options: Mapping[str, Any] | None = None) -> None:
        """`model` is a name, or the URL of an endpoint whose first model is meant.

        Connects to nothing. Raises UsageError for options that cannot be. Without a URL anywhere it can
        be made (batch files need none), but not started.
        """
        self._options = read_options(options or {})
        self._base = base_url(model, self._options)
        self._asked = "" if models.is_url(model) else model
        self._dialect = wire.dialect(self._asked, self._options)
        self._context_tokens = self._options.context_tokens
        self._endpoint: Endpoint | None = None
        self._counts = True
        """False once the endpoint has shown that it cannot count tokens."""
        price_in, price_out = self._options.price_in, self._options.price_out
        self.cost: CostMeter | None = None
        """What this engine has spent, where prices are given."""
        if price_in is not None or price_out is not None:
            self.cost = CostMeter(price_in or 0.0, price_out or 0.0, self._options.max_cost)

    def identity(self) -> Mapping[str, Json]:
        """What is sent besides the request itself. Not the address: the same model may move."""
        return {"extra": dict(self._dialect.extra), "omit": sorted(self._dialect.omit)}

    async def start(self) -> EngineInfo:
        """Ask for the list of models.

        Raises ConfigError for a model that is not there, a key that is refused, TLS that fails;
        EngineLost where nobody answers within `start_timeout_s`.
        """
        headers, secrets = read_headers(self._options)
        if self._base is None:
            raise ConfigError(
                "the openai engine needs an endpoint", hint="--base-url http://localhost:8000/v1"
            )
        await self.aclose()
        self._endpoint = Endpoint(self._base, headers, secrets, self._options)
        try:
            served = await self._served(self._endpoint)
        except BaseException:
            await self.aclose()
            raise
        notes = []
        if served is not None:
            self._dialect = wire.dialect(self._asked or served.name, self._options)
            self._context_tokens = self._options.context_tokens or served.context_tokens
        if self._context_tokens is None:
            notes.append("the endpoint does not say how long its context is: lengths are estimated")
        if self._base.scheme == "http" and "Authorization" in headers and not _is_local(self._base):
            notes.append(f"the key travels to {self._base.host} unencrypted (http)")
        return EngineInfo(
            model=self._dialect.model,
            context_tokens=self._context_tokens,
            max_in_flight=self._options.max_in_flight,
            note="; ".join(notes),
        )

    async def model_name(self) -> str:
        """The endpoint is asked, where no name is given: a server that moved buys nothing again, and
        another model behind the same URL does not pass for the first."""
        if not self._asked:
            try:
                self._asked = (await self.start()).model
            finally:
                await self.aclose()
        return self._asked

    def spent(self) -> float | None:
        """What the meter has counted."""
        return None if self.cost is None else self.cost.spent

    async def count_tokens(self, messages: Sequence[Message]) -> int | None:
        """The endpoint's own count (vLLM has one, beside /v1); None without, and before `start`."""
        endpoint = self._endpoint
        if endpoint is None or not self._counts:
            return None
        base = endpoint.base
        url = base.with_path(base.path.removesuffix("/v1") + "/tokenize")
        answer = await endpoint.post(url, wire.encode(wire.tokenize(messages, self._dialect)))
        said = wire.decode(answer.body) if answer.status == 200 else None
        count = said.get("count") if isinstance(said, dict) else None
        if isinstance(count, int) and count > 0:
            return count
        if answer.status not in WAIT:
            error = failure(answer, str(url)) if answer.status != 200 else None
            if isinstance(error, RowError) and error.reason is Reason.PROMPT_TOO_LONG:
                raise error
            self._counts = False
        return None

    async def generate(self, request: Request) -> Reply:
        """One reply; cancelling the task closes the connection, which ends the request there."""
        endpoint = self._endpoint
        if endpoint is None:
            raise EngineDead("the openai engine is not started")
        if not request.messages:
            raise RowError(Reason.BAD_REQUEST, "the chat has no messages")
        max_tokens = await self._max_tokens(request)
        body = wire.encode(wire.chat(request, max_tokens, self._dialect))
        if self.cost is not None:
            return await self._pay(self.cost, endpoint, request, body, max_tokens)
        begun = time.perf_counter()
        answer = await endpoint.post(endpoint.chat_url, body)
        return _read(answer, max_tokens, begun, str(endpoint.chat_url))

    async def aclose(self) -> None:
        """Close all connections."""
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            await endpoint.aclose()

    async def _pay(
        self, cost: CostMeter, endpoint: Endpoint, request: Request, body: bytes, max_tokens: int
    ) -> Reply:
        worst = await cost.reserve(lengths.most(request.messages), max_tokens)
        spent = worst  # until we know better: a request that was cut off may well be billed
        begun = time.perf_counter()
        try:
            answer = await endpoint.post(endpoint.chat_url, body)
            if answer.status != 200:
                spent = 0.0
            reply = _read(answer, max_tokens, begun, str(endpoint.chat_url))
            if reply.prompt_tokens is not None and reply.completion_tokens is not None:
                spent = cost.price(reply.prompt_tokens, reply.completion_tokens)
            return reply
        except NotSent:
            spent = 0.0
            raise
        finally:
            cost.settle(worst, spent)

    async def _max_tokens(self, request: Request) -> int:
        """What the context leaves of what is wanted. Raises RowError where it leaves nothing."""
        wanted, context = request.sampling.max_tokens, self._context_tokens
        if context is None or lengths.fits_surely(request.messages, wanted, context):
            return wanted
        count = await self.count_tokens(request.messages)
        if count is not None:
            return lengths.fit(count, wanted, context)
        return lengths.fit_roughly(request.messages, wanted, context)

    async def _served(self, endpoint: Endpoint) -> ServedModel | None:
        """The model's entry in the endpoint's list; None where there is no list or it is not asked."""
        url = below(endpoint.base, "/models")
        answer = await self._first_answer(endpoint, url)
        if answer.status != 200 and answer.status not in _NO_LIST:
            raise failure(answer, str(url))
        served = read_models(answer.body) if answer.status == 200 else []
        if not served:
            if not self._asked:
                raise ConfigError(
                    f"{url} lists no models (it answers {answer.status}), so there is none to take",
                    hint="does the base URL end as the server wants it (usually /v1)? "
                    "Else: --model NAME --base-url URL",
                )
            return None
        if not self._options.check_model and self._asked not in {model.name for model in served}:
            return None
        return find_model(self._asked, served, str(endpoint.base))

    async def _first_answer(self, endpoint: Endpoint, url: URL) -> HttpAnswer:
        """An answer that is not 'later'. Raises EngineLost where none comes in time."""
        deadline = time.monotonic() + self._options.start_timeout_s
        pause_s, tries, last = _FIRST_PAUSE_S, 0, ""
        while (left_s := deadline - time.monotonic()) > 0:
            tries += 1
            try:
                async with asyncio.timeout(left_s):
                    answer = await endpoint.get(url)
                if answer.status not in WAIT:
                    return answer
                last = str(failure(answer, str(url)))
            except TimeoutError:
                last = last or f"{url}: no answer"
                break
            except TransientError as error:
                last = str(error)
            await asyncio.sleep(min(pause_s, max(0.0, deadline - time.monotonic())))
            pause_s = min(2 * pause_s, 4.0)
        raise EngineLost(
            f"no endpoint at {endpoint.base} after {tries} tries in {self._options.start_timeout_s:g} s; "
            f"the last one: {last}",
            hint="is it up, and is that its address? --set engine.start_timeout_s=600 waits for it",
        )


def _read(answer: HttpAnswer, max_tokens: int, begun: float, where: str) -> Reply:
    if answer.status == 200:
        reply = wire.read_reply(wire.decode(answer.body), max_tokens, time.perf_counter() - begun)
        if reply is not None:
            return reply
    raise failure(answer, where)


def _is_local(url: URL) -> bool:
    return url.host in ("localhost", "127.0.0.1", "::1")
