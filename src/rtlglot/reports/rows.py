"""Rows for the page: what went in, what was asked, what came back, what the checks found.

Everything here comes from a dataset or a model. It is cut to size and stays data: JSON values.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from rtlglot.ledger import reading
from rtlglot.ledger.ended import EndedRow
from rtlglot.ledger.reading import Bought
from rtlglot.records import Attempt, Json, Outcome, Row, Verdict
from rtlglot.reports import rebuilt

_MOST_FIELDS = 40
_MOST_FINDINGS = 60
_MOST_STEPS = 48
_MOST_DATA = 3_000
_SHORT = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows of a page, ready for JSON."""

    rows: list[dict[str, Json]]
    shared: list[list[Json]]
    """[[role, text], …]: messages that several rows' prompts have in common."""


class Clip:
    """Cuts texts to a length and says how much is missing."""

    def __init__(self, most: int) -> None:
        """`most` characters of any one text."""
        self._most = most

    def __call__(self, text: str | None) -> Json:
        """The text, or {"t": its beginning, "more": how many characters are left out}."""
        if text is None or len(text) <= self._most:
            return text
        return {"t": text[: self._most], "more": len(text) - self._most}


@dataclass(frozen=True, slots=True)
class Material:
    """What the ledger holds about a page's rows."""

    outcomes: Mapping[int, tuple[str, Outcome | None, float]]
    verdicts: Mapping[bytes, Verdict]
    replies: Mapping[tuple[bytes, int, int], Bought]
    prefixes: Mapping[bytes, list[tuple[str, str]]]
    texts: Mapping[bytes, str]


def material(db: sqlite3.Connection, key: bytes, ended: Sequence[EndedRow]) -> Material:
    """Read it, in a few queries."""
    attempts = [attempt for e in ended for attempt in e.glance.attempts]
    replies = reading.replies(db, attempts)
    verdicts = {k: v for e in ended if e.final for k, v in _decisive(e.final, e.climbed)}
    more = [verdict for a in attempts for verdict in a.verdicts if verdict not in verdicts]
    verdicts |= reading.verdicts(db, more)
    several = [a.text for e in ended if len(e.glance.attempts) > 1 for a in e.glance.attempts]
    return Material(
        outcomes=reading.outcomes_at(db, key, [e.glance.position for e in ended]),
        verdicts=verdicts,
        replies=replies,
        prefixes=reading.prefixes(db, [reply.prefix for reply in replies.values()]),
        texts=reading.texts(db, [*several, *rebuilt.text_keys(verdicts.values())]),
    )


def _decisive(final: Attempt, climbed: Sequence[Verdict]) -> Iterable[tuple[bytes, Verdict]]:
    """The verdicts of the deciding text, by their keys; none where the ledger lacks one of them."""
    return zip(final.verdicts, climbed, strict=True) if len(final.verdicts) == len(climbed) else ()


def show(
    ended: Sequence[EndedRow], known: Material, inputs: Mapping[int, Row], group: str, most_characters: int
) -> Shown:
    """The page's rows."""
    common = _common_messages(known)
    shaping = _Shaping(Clip(most_characters), common)
    rows = [_row(e, known, inputs.get(e.glance.position), group, shaping) for e in ended]
    return Shown(rows, [[role, shaping.cut(text)] for role, text in common])


@dataclass(frozen=True, slots=True)
class _Shaping:
    """How texts are made small."""

    cut: Clip
    common: Mapping[tuple[str, str], int]
    """Messages that several prompts share -> their place in `Shown.shared`."""

    def message(self, message: tuple[str, str]) -> Json:
        return self.common[message] if message in self.common else [message[0], self.cut(message[1])]


def _common_messages(known: Material) -> dict[tuple[str, str], int]:
    times = Counter(message for messages in known.prefixes.values() for message in messages)
    return {message: place for place, message in enumerate(m for m, n in times.items() if n > 1)}


def _row(ended: EndedRow, known: Material, row: Row | None, group: str, shaping: _Shaping) -> dict[str, Json]:
    glance, cut = ended.glance, shaping.cut
    _, outcome, created = known.outcomes.get(glance.position, ("", None, 0.0))
    tried = [
        (attempt, known.replies.get((attempt.request, attempt.sample, attempt.attempt)))
        for attempt in (outcome.attempts if outcome else ())
    ]
    return {
        "id": glance.id[:_SHORT],
        "position": glance.position,
        "where": row.where[:_SHORT] if row else "",
        "status": glance.status or "pending",
        "reason": glance.reason,
        "assurance": glance.assurance.value,
        "rung": ended.rung,
        "mended": ended.mended,
        "detail": cut(glance.detail),
        "group": str(row.fields.get(group) or "")[:_SHORT] if row and group else "",
        "input": {name[:_SHORT]: cut(_text(value)) for name, value in list(row.fields.items())[:_MOST_FIELDS]}
        if row
        else None,
        "text": cut(outcome.text) if outcome else None,
        "texts": [cut(text) for text in outcome.texts] if outcome else [],
        "think": cut(outcome.think) if outcome else None,
        "characters": glance.characters,
        "tokens": [glance.prompt_tokens, glance.completion_tokens],
        "seconds": round(sum(reply.seconds for _, reply in tried if reply), 3),
        "created": created,
        "decided": outcome.attempts.index(ended.final) if outcome and ended.final else None,
        "attempts": [
            _attempt(attempt, reply, known, shaping)
            # where there was one asking only, its text is the row's
            | {"text": shaping.cut(known.texts.get(attempt.text)) if len(tried) > 1 else None}
            for attempt, reply in tried
        ],
    }


def _attempt(attempt: Attempt, reply: Bought | None, known: Material, shaping: _Shaping) -> dict[str, Json]:
    cut = shaping.cut
    told: dict[str, Json] = {
        "sample": attempt.sample,
        "repair": attempt.repair,
        "round": attempt.attempt,
        "reason": attempt.reason.value,
        "verdicts": [
            _verdict(known.verdicts[k], known, cut) for k in attempt.verdicts if k in known.verdicts
        ],
    }
    if reply is None:
        return told
    return told | {
        "prefix": [shaping.message(message) for message in known.prefixes.get(reply.prefix, [])],
        "message": cut(reply.message),
        "reply": cut(reply.text),
        "think": cut(reply.think),
        "finish": reply.finish,
        "tokens": [reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens],
        "seconds": round(reply.seconds, 3),
    }


def _verdict(verdict: Verdict, known: Material, cut: Clip) -> dict[str, Json]:
    findings = [
        [f.severity.value, f.code[:_SHORT], cut(f.message), f.line, f.column]
        for f in verdict.findings[:_MOST_FINDINGS]
    ]
    told: dict[str, Json] = {
        "check": verdict.check,
        "status": verdict.status.value,
        "seconds": round(verdict.seconds, 3),
        "findings": findings,
    }
    if len(verdict.findings) > _MOST_FINDINGS:
        told["more_findings"] = len(verdict.findings) - _MOST_FINDINGS
    if trace := _trace(verdict.data.get("trace")):
        told["trace"] = trace
    if built := rebuilt.shown(verdict, known.texts):
        told["rebuilt"] = [[how, cut(text)] for how, text in built]
    apart = ("trace", "rebuilds")
    data = {name: _small(value) for name, value in verdict.data.items() if name not in apart}
    return told | ({"data": data} if data else {})


def _trace(trace: Json) -> Json:
    """A counterexample; of a long one its last steps, where the difference is."""
    if not isinstance(trace, dict) or not isinstance(trace.get("steps"), list) or not trace["steps"]:
        return None
    left_out = max(0, len(trace["steps"]) - _MOST_STEPS)
    return {**trace, "steps": trace["steps"][left_out:], "left_out": left_out}


def _small(value: Json) -> Json:
    encoded = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
    return value if len(encoded) <= _MOST_DATA else encoded[:_MOST_DATA].decode(errors="replace") + " …"


def _text(value: Json) -> str | None:
    if value is None or isinstance(value, str):
        return value
    # not orjson: a dataset's numbers may be longer than 64 bits
    return json.dumps(value, ensure_ascii=False, default=str, indent=2)
