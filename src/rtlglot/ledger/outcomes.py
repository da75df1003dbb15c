"""Outcomes as rows of SQL: how they are written, how they are read back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import orjson

from rtlglot.records import Attempt, Outcome, Reason, Status

SETTLE = "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

READ_OUTCOMES = """
    SELECT r.position, r.id, o.status, o.reason, o.detail, o.text, o.texts, o.think, o.attempts,
           o.prompt_tokens, o.completion_tokens
    FROM rows r LEFT JOIN outcomes o ON o.recipe = ? AND o.id = r.id AND o.content = r.content
    WHERE r.position >= ? ORDER BY r.position LIMIT ?"""


def settle_parameters(recipe: bytes, content: bytes, outcome: Outcome) -> tuple[object, ...]:
    """The parameters of SETTLE."""
    return (
        recipe,
        outcome.id,
        content,
        outcome.status.value,
        outcome.reason.value,
        storable(outcome.detail),
        storable(outcome.text),
        orjson.dumps([storable(text) for text in outcome.texts]).decode() if outcome.texts else None,
        storable(outcome.think),
        attempts_json(outcome.attempts),
        outcome.prompt_tokens,
        outcome.completion_tokens,
        time.time(),
    )


def outcome_from(id_: str, columns: Sequence[Any]) -> Outcome | None:
    """An outcome from READ_OUTCOMES' columns after position and id; None while a row is pending."""
    status, reason, detail, text, texts, think, attempts, prompt_tokens, completion_tokens = columns
    if status is None:
        return None
    return Outcome(
        id=id_,
        status=Status(status),
        reason=Reason(reason),
        text=text,
        detail=detail,
        texts=tuple(orjson.loads(texts)) if texts else (),
        think=think,
        attempts=attempts_from(attempts),
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
    )


def attempts_json(attempts: Sequence[Attempt]) -> str:
    """The attempts column: hashes in hex."""
    if not attempts:
        return "[]"
    return orjson.dumps(
        [
            [a.request.hex(), a.sample, a.attempt, a.reason.value, [v.hex() for v in a.verdicts], a.repair]
            for a in attempts
        ]
    ).decode()


def attempts_from(column: str) -> tuple[Attempt, ...]:
    """The reverse of `attempts_json`."""
    if column == "[]":
        return ()
    return tuple(
        Attempt(
            request=bytes.fromhex(request),
            sample=sample,
            attempt=attempt,
            reason=Reason(reason),
            verdicts=tuple(bytes.fromhex(verdict) for verdict in verdicts),
            repair=repair,
        )
        for request, sample, attempt, reason, verdicts, repair in orjson.loads(column)
    )


def storable(text: str | None) -> str | None:
    """SQLite wants valid UTF-8: lone surrogates become question marks."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")
