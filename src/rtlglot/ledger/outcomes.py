"""Outcomes as rows of SQL: how they are written, how they are read back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from rtlglot.ledger.intact import checksum, damaged, storable, text_key
from rtlglot.ledger.keys import digest
from rtlglot.records import Assurance, Attempt, Outcome, Reason, Status

SETTLE = f"INSERT OR REPLACE INTO outcomes VALUES ({', '.join('?' * 15)})"

COLUMNS = """o.id, o.content, o.status, o.reason, o.assurance, o.detail, o.text, o.texts, o.think, o.attempts,
    o.prompt_tokens, o.completion_tokens, o.checksum"""
"""What `outcome_from` takes, in this order."""
ADOPTED = COLUMNS.replace("o.", "") + ", created"
"""What a redo takes over under another recipe."""

JOINED = """rows r LEFT JOIN outcomes o ON o.recipe = ? AND o.id = r.id AND o.content = r.content
    LEFT JOIN texts t ON t.text = o.text"""
"""The rows of the input with what they ended as under a recipe, and with what text."""


def settle_parameters(recipe: bytes, content: bytes, outcome: Outcome) -> tuple[object, ...]:
    """The parameters of SETTLE. The texts themselves are in a table of their own."""
    columns = (
        outcome.id,
        content,
        outcome.status.value,
        outcome.reason.value,
        outcome.assurance.value,
        storable(outcome.detail),
        None if outcome.text is None else text_key(outcome.text),
        orjson.dumps([text_key(text).hex() for text in outcome.texts]).decode() if outcome.texts else None,
        storable(outcome.think),
        attempts_json(outcome.attempts),
        outcome.prompt_tokens,
        outcome.completion_tokens,
    )
    return recipe, *columns, checksum(columns), time.time()


_STATUSES = {status.value: status for status in Status}
_REASONS = {reason.value: reason for reason in Reason}
ASSURANCES = {assurance.value: assurance for assurance in Assurance}
"""Looked up: a report reads outcomes by the hundred thousand, and the enumerations take longer."""
TextsOf = Callable[[Sequence[bytes]], Mapping[bytes, str]]
"""Finds texts by their keys."""


def sound(row: Sequence[Any]) -> Sequence[Any]:
    """COLUMNS of an outcome, as they were written. Raises LedgerError where they are not."""
    if checksum(row[:-1]) != row[-1]:
        raise damaged(f"outcomes WHERE content = x'{row[1].hex()}'")
    return row


def outcome_from(
    row: Sequence[Any], body: str | None = None, texts_of: TextsOf | None = None
) -> Outcome | None:
    """An outcome from COLUMNS; None while a row is pending. Without `texts_of` it is one without texts.

    Raises LedgerError where something was changed since it was written.
    """
    if row[2] is None:
        return None
    id_, _, status, reason, assurance, detail, text, texts, think, attempts, *tokens, _ = sound(row)
    keys = [bytes.fromhex(key) for key in orjson.loads(texts)] if texts and texts_of else []
    if text is not None and texts_of is not None and body is None:
        raise damaged(f"outcomes WHERE text = x'{text.hex()}'")
    if text is not None and body is not None and digest(body) != text:
        raise damaged(f"texts WHERE text = x'{text.hex()}'")
    found_texts = texts_of(keys) if keys and texts_of else {}
    return Outcome(
        id=id_,
        status=_STATUSES[status],
        reason=_REASONS[reason],
        assurance=ASSURANCES[assurance],
        text=body,
        detail=detail,
        texts=tuple(found_texts[key] for key in keys),
        think=think,
        attempts=attempts_from(attempts),
        prompt_tokens=tokens[0],
        completion_tokens=tokens[1],
    )


def attempts_json(attempts: Sequence[Attempt]) -> str:
    """The attempts column: hashes in hex."""
    if not attempts:
        return "[]"
    return orjson.dumps(
        [
            [
                a.request.hex(),
                a.sample,
                a.attempt,
                a.reason.value,
                [v.hex() for v in a.verdicts],
                a.text.hex(),
                a.repair,
            ]
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
            reason=_REASONS[reason],
            verdicts=tuple(bytes.fromhex(verdict) for verdict in verdicts),
            repair=repair,
            text=bytes.fromhex(text),
        )
        for request, sample, attempt, reason, verdicts, text, repair in orjson.loads(column)
    )
