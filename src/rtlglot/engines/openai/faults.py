"""An answer that is no reply, mapped to the class of error it is: by status and by code. The text only
tells, of a request that was refused for good, whether it was too long.

RowError: this request will never do. TransientError: later. ConfigError: no request would do.
BudgetSpent: the account is empty.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from rtlglot.engines.openai.wire import inner_error
from rtlglot.errors import BudgetSpent, ConfigError, RowError, RtlglotError, TransientError
from rtlglot.records import Reason

ROW = frozenset({400, 413, 422, 451})
WAIT = frozenset({408, 409, 425, 429, *range(500, 600)}) - {501, 505}
_OVERLOAD = frozenset({429, 503, 529})
"""529 is what some hosts say for 'overloaded'."""
TOO_LONG = frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"})
"""Codes or types of OpenAI (and most hosts), llama.cpp, and OpenAI for a field's own limit."""
_TOO_LONG_PARAM = "input_tokens"
"""vLLM has no code for it: it names the parameter."""
_TOO_LONG_WORDS = (
    r"(?:context|prompt|inputs?|tokens?|messages?)\b[^.]{0,90}?\b(?:exceed|too (?:long|large|many)|"
    r"longer than|larger than|greater than|more than|less than|fewer than|maximum|limit|overflow|must be <=)"
    r"|(?:exceed|too (?:long|large|many)|longer than|larger than|reduce|maximum)[^.]{0,60}?"
    r"\b(?:context|prompt|input tokens|tokens|messages)\b"
)
"""How hosts without a code for it say that prompt and reply do not fit the context."""
_OTHER_LIMITS = r"^\W*max_\w*tokens\b|completion tokens|stop sequences|logit|images?\b|tools?\b"
"""What else may be too large: no fault of the prompt's."""
REFUSED = frozenset({"content_filter", "content_policy_violation", "moderation_blocked"})
_EMPTY_ACCOUNT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
UNSUPPORTED = frozenset({"unsupported_parameter", "unsupported_value", "unknown_parameter"})
LONGEST_WAIT_S = 86_400.0
_SHOWN_CHARACTERS = 300


class HttpAnswer(NamedTuple):
    """What an endpoint sent back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    key_from: str = ""
    """The environment variable with the key that was sent."""


@dataclass(frozen=True, slots=True)
class _Complaint:
    """What an error body says; each server has its own form."""

    message: str
    code: str = ""
    kind: str = ""
    """The field 'type'."""
    param: str = ""
    status: int | None = None
    """A status that the body gives as its code: some hosts send an error with 200 around it."""


def failure(answer: HttpAnswer, where: str) -> RtlglotError:
    """The error that an answer stands for; `where` is the URL, for people."""
    complaint = read_complaint(answer.body)
    status = answer.status
    if status < 300 and complaint.status is not None:
        status = complaint.status
    said = f"{where} answers {status} {_phrase(status)}".rstrip()
    said += f": {complaint.message}" if complaint.message else ""
    by_code = _by_code(complaint, said)
    if by_code is not None:
        return by_code
    if status < 300:
        return TransientError(
            f"{where} answers {status} with something that is no reply: {complaint.message}", nonsense=True
        )
    if status in WAIT or status >= 600:  # no status at all: nobody knows what it means
        return TransientError(said, retry_after_s=retry_after_s(answer.headers), overload=status in _OVERLOAD)
    if status in ROW:
        return RowError(Reason.PROMPT_TOO_LONG if _too_long(complaint, status) else Reason.BAD_REQUEST, said)
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return BudgetSpent(said, hint=_RESUME)
    return ConfigError(said, hint=_hint(status, answer))


_RESUME = "when the account has credit again, run the same command: it resumes"


def _by_code(complaint: _Complaint, said: str) -> RtlglotError | None:
    codes = {complaint.code, complaint.kind}
    if codes & TOO_LONG:
        return RowError(Reason.PROMPT_TOO_LONG, said)
    if codes & REFUSED:
        return RowError(Reason.REFUSED, said)
    if codes & _EMPTY_ACCOUNT:
        return BudgetSpent(said, hint=_RESUME)
    if codes & UNSUPPORTED:
        hint = f"leave it out: --set engine.omit={complaint.param or 'FIELD'}"
        if complaint.param == "max_tokens":
            hint = "--set engine.max_tokens_field=max_completion_tokens"
        return ConfigError(said, hint=hint)
    return None


def _too_long(complaint: _Complaint, status: int) -> bool:
    if complaint.param == _TOO_LONG_PARAM or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return True
    said = complaint.message
    # Compiled at the first refusal: most runs have none.
    too_long = re.search(_TOO_LONG_WORDS, said, re.IGNORECASE)
    return too_long is not None and not re.search(_OTHER_LIMITS, said, re.IGNORECASE)


def read_complaint(body: bytes) -> _Complaint:
    """Whatever can be found in an error body: OpenAI's form, FastAPI's, plain text, nothing."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _Complaint(_short(body[: 8 * _SHOWN_CHARACTERS].decode("utf-8", "replace")))
    if isinstance(said, list) and len(said) == 1:
        said = said[0]  # Gemini's form
    if not isinstance(said, dict):
        return _Complaint(_short(_text(said)))
    inner = inner_error(said) or said
    if not isinstance(inner, dict):
        return _Complaint(_short(_text(inner)), kind=_text(said.get("error_type")))
    message = inner.get("message") or inner.get("detail") or said.get("message") or said.get("detail") or said
    code = inner.get("code")
    return _Complaint(
        message=_short(_text(message)),
        code=code if isinstance(code, str) else "",
        kind=_text(inner.get("type")),
        param=_text(inner.get("param")),
        status=_status(code if code is not None else inner.get("status")),
    )


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the endpoint asks to wait: `retry-after-ms`, or either form of `Retry-After`.

    Source: RFC 9110, section 10.2.3. None where it asks for nothing or for nonsense.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return min(LONGEST_WAIT_S, milliseconds / 1000)
    text = headers.get("Retry-After", "").strip()
    seconds = _number(text)
    if seconds is None and text:
        try:
            seconds = max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
        except (ValueError, OverflowError, OSError):
            return None
    return None if seconds is None else min(LONGEST_WAIT_S, seconds)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _hint(status: int, answer: HttpAnswer) -> str:
    if 300 <= status < 400:
        target = answer.headers.get("Location", "").partition("?")[0]
        return f"redirects are not followed; if it is right, give it yourself: --base-url {target or 'URL'}"
    if status == HTTPStatus.UNAUTHORIZED and answer.key_from:
        return f"the key in {answer.key_from} is refused (RTLGLOT_API_KEY goes before OPENAI_API_KEY)"
    return _HINTS.get(status, "")


_HINTS = {
    401: "is the key in RTLGLOT_API_KEY or OPENAI_API_KEY, or in the variable of engine.api_key_env?",
    403: "may this key use this model?",
    404: "is the model served there, and does the base URL end as the server wants it (usually /v1)?",
    405: "is this a chat endpoint, and does the base URL end as the server wants it (usually /v1)?",
}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _status(code: Any) -> int | None:
    if isinstance(code, str) and len(code) == 3 and code.isdecimal():
        code = int(code)
    usable = isinstance(code, int) and not isinstance(code, bool) and 300 <= code < 600
    return code if usable else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
