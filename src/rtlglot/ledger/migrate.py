"""From the ledger's first schema to the second: texts by content, checksums, assurance, commands.

What the first one did not keep stays unknown: the command lines of its runs, and the last texts of
samples that were not chosen. The text before a repair is known: the chat of the repair quotes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from rtlglot.ledger.intact import SAVE_TEXT, checksum, text_key
from rtlglot.records import Assurance

_ASSURANCES = {
    "elaborate": "read",
    "wording": "read",
    "fidelity": "read",
    "synth": "synthesised",
    "testbench": "tested",
    "equivalence": "proved",
}
"""What a yes of the first version's checks was worth; that of any other is 'none'."""
_MUST_ANSWER = ("screen", "syntax", "elaborate", "interface", "synth")
_Attempt = list[Any]
"""[request, sample, attempt, reason, [verdict, …], repair], hashes in hex."""
_QUOTED = ("```verilog\n", "\n```")
"""Around Verilog where a repair quotes it."""


def from_1(db: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Inside a transaction: set the old tables aside, make the new ones, fill them, drop the old."""
    old = ("runs", "replies", "verdicts", "outcomes")
    for table in old:
        db.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    for statement in tables:
        db.execute(statement)
    db.create_function("checksum", -1, lambda *columns: checksum(columns), deterministic=True)
    db.execute("INSERT INTO runs SELECT run, recipe, spec, NULL, started, ended, ending FROM old_runs")
    slot = "request, sample, attempt"
    reply = "text, think, finish, prompt_tokens, completion_tokens, cached_tokens, seconds"
    db.execute(
        f"INSERT INTO replies SELECT {slot}, prefix, message, {reply}, checksum({slot}, {reply}), created "
        "FROM old_replies ORDER BY rowid"
    )
    worth = " ".join(f"WHEN '{check}' THEN '{worth}'" for check, worth in _ASSURANCES.items())
    verdict = (
        f"verdict, check_, status, findings, data, seconds, check_ IN {_MUST_ANSWER}, "
        f"CASE check_ {worth} ELSE 'none' END"
    )
    db.execute(
        f"INSERT INTO verdicts SELECT {verdict}, checksum({verdict}), created "
        "FROM old_verdicts ORDER BY rowid"
    )
    for outcome in db.execute("SELECT * FROM old_outcomes ORDER BY rowid"):
        _bring(db, *outcome)
    for table in old:
        db.execute(f"DROP TABLE old_{table}")


def _bring(db: sqlite3.Connection, recipe: bytes, *columns: Any) -> None:
    id_, content, status, reason, detail, text, texts, think, tried, *tokens, created = columns
    attempts = orjson.loads(tried)
    several = orjson.loads(texts) if texts else []
    decided = _decided(db, recipe, status, [a for a in _last(attempts) if a[3] == reason])
    found = [_quoted(db, later) for later in _repairs(attempts)]
    for place, attempt in enumerate(attempts):
        if several and attempt[3] == "ok":
            found[place] = several[sum(a[3] == "ok" for a in attempts[:place])]
        elif attempt is decided:
            found[place] = text
    for body in {*found, *several, text} - {None}:
        db.execute(SAVE_TEXT, (text_key(body), body))
    keys = ["" if body is None else text_key(body).hex() for body in found]
    values = (
        id_, content, status, reason, _assurance(db, decided).value, detail,
        None if text is None else text_key(text),
        orjson.dumps([text_key(one).hex() for one in several]).decode() if several else None,
        think,
        orjson.dumps([[*a[:5], key, *a[5:]] for a, key in zip(attempts, keys, strict=True)]).decode(),
        *tokens,
    )  # fmt: skip
    marks = ", ".join("?" * 15)
    db.execute(f"INSERT INTO outcomes VALUES ({marks})", (recipe, *values, checksum(values), created))


def _last(attempts: Sequence[_Attempt]) -> list[_Attempt]:
    """The last attempt of each sample."""
    return list({sample: attempt for attempt in attempts for sample in attempt[1:2]}.values())


def _repairs(attempts: Sequence[_Attempt]) -> Iterator[_Attempt | None]:
    """What mended each attempt, where something did."""
    for place, attempt in enumerate(attempts):
        later = attempts[place + 1] if place + 1 < len(attempts) else None
        yield later if later is not None and later[1] == attempt[1] else None


def _decided(
    db: sqlite3.Connection, recipe: bytes, status: str, ending: Sequence[_Attempt]
) -> _Attempt | None:
    """The attempt whose text the row ended with; None where that cannot be told."""
    (body,) = db.execute("SELECT body FROM recipes WHERE recipe = ?", (recipe,)).fetchone() or ("{}",)
    choose = orjson.loads(body).get("choose", "first")
    if status == "accepted" and choose == "first":
        return next(iter(ending), None)
    if choose == "consensus" and len(ending) > 1:
        return None
    return max(ending, key=lambda attempt: len(_yeses(db, attempt)), default=None)


def _quoted(db: sqlite3.Connection, repair: _Attempt | None) -> str | None:
    """The text that a repair's chat sent back to the model."""
    if repair is None:
        return None
    row = db.execute(
        "SELECT messages FROM prefixes JOIN old_replies USING (prefix) "
        "WHERE request = ? AND sample = ? AND attempt = ?",
        (bytes.fromhex(repair[0]), *repair[1:3]),
    ).fetchone()
    messages: list[tuple[str, str]] = orjson.loads(row[0]) if row else []
    text = next((content for role, content in reversed(messages) if role == "assistant"), None)
    if text is not None and text.startswith(_QUOTED[0]) and text.endswith(_QUOTED[1]):
        return text[len(_QUOTED[0]) : -len(_QUOTED[1])]
    return text


def _yeses(db: sqlite3.Connection, attempt: _Attempt) -> list[Assurance]:
    """What the verdicts that said yes were worth."""
    query = "SELECT assurance FROM verdicts WHERE verdict = ? AND status IN ('pass', 'equivalent')"
    return [Assurance(worth) for key in attempt[4] for (worth,) in db.execute(query, (bytes.fromhex(key),))]


def _assurance(db: sqlite3.Connection, decided: _Attempt | None) -> Assurance:
    yeses = _yeses(db, decided) if decided is not None else []
    return max(yeses, key=lambda assurance: assurance.rank, default=Assurance.NONE)
