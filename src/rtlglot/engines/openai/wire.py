"""Chat requests and replies as JSON: pure functions, no network.

Source: OpenAI's API reference, "Create chat completion"; deviations of other servers are named where
they are handled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from rtlglot.engines.openai.options import OpenAiOptions, body_fields
from rtlglot.errors import RowError, TransientError
from rtlglot.records import Finish, Json, Message, Reason, Reply, Request

CUT = frozenset({"length", "max_tokens", "model_length"})
"""OpenAI's word, and those of hosts that pass on what is below them (Anthropic, Mistral)."""
REFUSED = frozenset({"content_filter", "refusal", "safety"})
_MOST_TOKENS = 10**9
_NOT_ENDED = frozenset({"abort", "error", "cancelled"})
"""vLLM's and OpenRouter's words for a reply that the server gave up."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How this endpoint wants its bodies."""

    model: str
    max_tokens_field: str = "max_tokens"
    omit: frozenset[str] = frozenset()
    extra: Mapping[str, Json] = field(default_factory=dict)


def dialect(model: str, options: OpenAiOptions) -> Dialect:
    """The dialect that the options ask for."""
    return Dialect(model, options.max_tokens_field, frozenset(options.omit), body_fields(options))


def chat(request: Request, max_tokens: int, dialect: Dialect) -> dict[str, Json]:
    """The body of a request."""
    sampling = request.sampling
    body: dict[str, Json] = {
        "model": dialect.model,
        "messages": _messages(request.messages),
        "max_tokens": max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
    }
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    for name in dialect.omit:
        body.pop(name, None)
    if dialect.max_tokens_field != "max_tokens" and "max_tokens" in body:
        body[dialect.max_tokens_field] = body.pop("max_tokens")
    body.update(dialect.extra)
    return body


def tokenize(messages: Sequence[Message], dialect: Dialect) -> dict[str, Json]:
    """The body of vLLM's /tokenize."""
    return {"model": dialect.model, "messages": _messages(messages)}


def encode(body: Mapping[str, Json]) -> bytes:
    """Bytes to send. Raises RowError for text that is no Unicode (half a surrogate pair)."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError as error:
        raise RowError(Reason.BAD_REQUEST, f"the prompt cannot be sent as JSON: {error}") from error


def decode(body: bytes) -> Any:
    """JSON, None where it is none. Forgives what servers really send: NaN, half a surrogate pair."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        lenient = json.loads(body.decode("utf-8", "replace"), parse_constant=lambda _: None)
        return orjson.loads(json.dumps(lenient, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def read_reply(answer: Json, max_tokens: int | None, seconds: float) -> Reply | None:
    """The reply in an answer's JSON; None where it is no chat completion.

    Raises RowError where the endpoint refused this request, TransientError where it gave it up.
    """
    if not isinstance(answer, dict) or inner_error(answer):
        return None
    choice = first_choice(answer)
    if not isinstance(message := choice.get("message"), dict):
        return None
    word = choice.get("finish_reason")
    word = word if isinstance(word, str) else None
    text, think = _texts(message)
    refusal = message.get("refusal")
    if word in REFUSED or (refusal and not text):
        said = f": {refusal}" if isinstance(refusal, str) else ""
        raise RowError(Reason.REFUSED, f"the endpoint ended the reply with {word!r}{said}")
    if word in _NOT_ENDED:
        raise TransientError(f"the endpoint gave the reply up (finish_reason {word!r})")
    usage = answer.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("prompt_tokens_details")
    tokens = _count(usage.get("completion_tokens"))
    return Reply(
        text=text,
        finish=_finish(word, tokens, max_tokens),
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=tokens,
        cached_tokens=_count(details.get("cached_tokens")) if isinstance(details, dict) else None,
        think=think or None,
        seconds=seconds,
    )


def first_choice(answer: Mapping[str, Json]) -> Mapping[str, Json]:
    """The first of an answer's choices; empty where there is none."""
    choices = answer.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) else {}


def inner_error(answer: Mapping[str, Json]) -> Json:
    """The error that stands where a reply should: beside the choices or in the first of them (OpenRouter)."""
    return answer.get("error") or first_choice(answer).get("error")


def _messages(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _finish(word: Json, tokens: int | None, max_tokens: int | None) -> Finish:
    if word in CUT:
        return Finish.LENGTH
    if word is None and tokens is not None and max_tokens is not None and tokens >= max_tokens:
        return Finish.LENGTH  # a server that gives no reason
    return Finish.STOP


def _texts(message: Mapping[str, Json]) -> tuple[str, str]:
    """Answer and reasoning; either may come as a string or as a list of parts (Mistral)."""
    text, thoughts = _parts(message.get("content"))
    for name in ("reasoning_content", "reasoning"):  # two names of the same thing: vLLM sends both
        if not thoughts and isinstance(message.get(name), str):
            thoughts = message[name]
    return text, thoughts


def _parts(content: Json) -> tuple[str, str]:
    if isinstance(content, str):
        return content, ""
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    thoughts = []
    for part in parts:
        if "thinking" in part and not isinstance(part.get("text"), str):
            inner = part["thinking"]
            thoughts += [inner] if isinstance(inner, str) else _texts_of(inner)
    return "".join(_texts_of(parts)), "".join(thoughts)


def _texts_of(parts: Json) -> list[str]:
    found = [part.get("text") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return [text for text in found if isinstance(text, str)]


def _count(value: Json) -> int | None:
    """A number of tokens; what cannot be one is none, and the ledger holds 64 bits."""
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS
    return value if usable else None
