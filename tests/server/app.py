"""The endpoint: /v1/chat/completions, /v1/models, /tokenize; /stub/setup and /stub/stats for the tests."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections import Counter
from typing import Any

import orjson
from aiohttp import web

from tests.server.prose import description
from tests.server.rules import Faults, Rule, Setup

TEXT = (
    "the counter increments on every rising clock edge while enable is high and wraps to zero at its "
    "maximum value where a terminal flag is raised for one cycle before an asynchronous reset clears it"
)
WORDS = TEXT.split() * 120
TEMPLATE_TOKENS = 3
"""What the 'chat template' adds to a message."""


class Endpoint:
    """One endpoint and what it has seen."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.forget()

    def forget(self) -> None:
        """Zero all counts."""
        self.faults = Faults()
        self.by_status: Counter[str] = Counter()
        self.connections: set[Any] = set()
        self.requests = self.in_flight = self.peak = self.aborted = self.tokenized = 0
        self.last: dict[str, Any] = {}
        self.first: float | None = None

    def app(self) -> web.Application:
        """The web application."""
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_get("/v1/models", self.models)
        app.router.add_post("/tokenize", self.tokenize)
        app.router.add_post("/stub/setup", self.change)
        app.router.add_get("/stub/stats", self.stats)
        return app

    async def chat(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        self.first = self.first or time.time()
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        if request.transport is not None:
            self.connections.add(request.transport.get_extra_info("peername"))
        try:
            response = await self._chat(request)
            self.by_status[str(response.status)] += 1
            return response
        except asyncio.CancelledError:
            self.aborted += 1
            raise
        finally:
            self.in_flight -= 1

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        self.last = {
            "url": str(request.url),
            "headers": {str(k): v for k, v in request.headers.items()},
            "body": body,
        }
        if (refusal := self._refusal(request, body)) is not None:
            return refusal
        rule = self.faults.for_prompt(str(body["messages"][-1]["content"]), self.setup.rules)
        if rule is not None and rule.do not in ("slow", "reply"):
            return await self._fault(request, rule)
        answer = completion(body, self.setup, rule)
        delay_s = rule.delay_s if rule is not None and rule.do == "slow" else self.setup.delay_s
        written = len(answer["choices"][0]["message"]["content"] or "") / 5 if self.setup.word_s else 0
        while self.peak < self.setup.together:  # noqa: ASYNC110 - tests change both at any time
            await asyncio.sleep(0.005)
        await asyncio.sleep(delay_s + self.setup.word_s * written)
        return _json(answer)

    def _refusal(self, request: web.Request, body: dict[str, Any]) -> web.Response | None:
        """What a sound server says to a request that it cannot serve, in vLLM's words."""
        setup = self.setup
        if setup.key and request.headers.get("Authorization") != f"Bearer {setup.key}":
            shown = request.headers.get("Authorization", "")
            return error(401, f"Incorrect API key provided: {shown}", code="invalid_api_key")
        if setup.capacity is not None and self.in_flight > setup.capacity:
            headers = {"Retry-After": setup.retry_after} if setup.retry_after else {}
            return error(429, "too many requests", code="rate_limit_exceeded", headers=headers)
        if body["model"] != setup.model:
            return error(404, f"The model `{body['model']}` does not exist.", param="model")
        wanted = body.get("max_tokens", body.get("max_completion_tokens", 1))
        if setup.context_tokens is None:
            return None
        count = prompt_tokens(body["messages"])
        if wanted < 1:
            return error(400, f"max_tokens must be at least 1, got {wanted}.", param="max_tokens")
        if count >= setup.context_tokens:
            return error(
                400,
                f"the prompt has {count} tokens, the context {setup.context_tokens}",
                param="input_tokens",
            )
        if count + wanted > setup.context_tokens:
            return error(
                400, f"max_tokens={wanted} is too large with {count} input tokens", param="max_tokens"
            )
        return None

    async def _fault(self, request: web.Request, rule: Rule) -> web.StreamResponse:
        if rule.do == "status":
            if rule.body is None:
                return error(rule.status, "asked for by a rule", headers=rule.headers)
            body = rule.body.encode() if isinstance(rule.body, str) else orjson.dumps(rule.body)
            return web.Response(status=rule.status, body=body, headers=rule.headers)
        if rule.do == "hang":
            await asyncio.sleep(3600)
        if rule.do == "garbage":
            return web.Response(text=rule.body or "<html>it works</html>", content_type="text/html")
        if rule.do == "disconnect":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return await self._broken_body(request, endless=rule.do == "endless")

    async def _broken_body(self, request: web.Request, *, endless: bool) -> web.StreamResponse:
        response = web.StreamResponse(headers={} if endless else {"Content-Length": "4096"})
        await response.prepare(request)
        await response.write(b'{"choices": [')
        while endless:
            await response.write(b" " * 2**20)
        assert request.transport is not None
        request.transport.abort()
        return response

    async def models(self, request: web.Request) -> web.Response:
        setup = self.setup
        if setup.models_rule is not None:
            rule = Rule(**setup.models_rule)
            if rule.do == "hang":
                await asyncio.sleep(3600)
            body = rule.body if isinstance(rule.body, str) else orjson.dumps(rule.body or {}).decode()
            return web.Response(status=rule.status, text=body, headers=rule.headers)
        if setup.key and request.headers.get("Authorization") != f"Bearer {setup.key}":
            return error(401, f"Incorrect API key provided: {request.headers.get('Authorization', '')}")
        if not setup.lists_models:
            return error(404, "Not Found")
        entry: dict[str, Any] = {"id": setup.model, "object": "model", "owned_by": "stub"}
        if setup.context_tokens is not None:
            entry["max_model_len"] = setup.context_tokens
        return _json({"object": "list", "data": [entry]})

    async def tokenize(self, request: web.Request) -> web.Response:
        self.tokenized += 1
        if not self.setup.counts_tokens:
            return error(404, "Not Found")
        body = orjson.loads(await request.read())
        return _json({"count": prompt_tokens(body["messages"]), "max_model_len": self.setup.context_tokens})

    async def change(self, request: web.Request) -> web.Response:
        try:
            self.setup.change(orjson.loads(await request.read()))
        except (ValueError, TypeError) as problem:
            return web.Response(status=400, text=str(problem))
        self.forget()
        return web.Response()

    async def stats(self, request: web.Request) -> web.Response:
        counts = {
            "requests": self.requests,
            "in_flight": self.in_flight,
            "peak": self.peak,
            "aborted": self.aborted,
            "tokenized": self.tokenized,
            "connections": len(self.connections),
            "by_status": dict(self.by_status),
            "askings": dict(self.faults.askings) if "askings" in request.query else {},
            "last": self.last,
            "first": self.first,
        }
        return _json(counts)


def completion(body: dict[str, Any], setup: Setup, rule: Rule | None) -> dict[str, Any]:
    """A chat completion: words drawn by the chat, the seed and the temperature, cut as was asked."""
    seed = body.get("seed") if body.get("temperature") else None
    drawn = zlib.crc32(orjson.dumps([body["messages"], seed]))
    start = drawn % 500
    length = setup.words if rule is None or rule.words is None else rule.words
    words = [f"design-{drawn:x}", *WORDS[start : start + length - 1]]
    if setup.prose:
        words = description(drawn, length).split()
    most = body.get("max_tokens", body.get("max_completion_tokens", length))
    text, reason = " ".join(words[:most]), "length" if len(words) > most else "stop"
    for end in body.get("stop", ()):
        if end in text:
            text, reason = text.partition(end)[0], "stop"
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}
    tokens = {"prompt_tokens": prompt_tokens(body["messages"]), "completion_tokens": min(most, len(words))}
    answer: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion", "model": body["model"]}
    answer |= {"choices": [choice], "usage": {**tokens, "total_tokens": sum(tokens.values())}}
    if rule is not None and rule.do == "reply":
        choice |= rule.choice
        choice["message"] |= rule.message  # type: ignore[operator]
        if rule.usage != "own":
            answer["usage"] = rule.usage
    return answer


def prompt_tokens(messages: list[dict[str, Any]]) -> int:
    """Words, and the template."""
    return sum(len(str(message["content"]).split()) + TEMPLATE_TOKENS for message in messages)


def error(
    status: int,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """An error in OpenAI's form."""
    said = {"message": message, "type": "stub_error", "param": param, "code": code}
    return web.Response(status=status, body=orjson.dumps({"error": said}), headers=headers)


def _json(value: Any) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json")
