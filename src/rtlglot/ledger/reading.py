"""Reading a ledger for people: beside a running process, after it, or from a copy.

Every query is short or goes page by page, so that a reader never holds the writer's log open.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import orjson

from rtlglot.ledger import verdicts as stored_verdicts
from rtlglot.ledger.intact import checksum, damaged, decoded
from rtlglot.ledger.keys import digest
from rtlglot.ledger.outcomes import ASSURANCES, COLUMNS, JOINED, attempts_from, outcome_from, sound
from rtlglot.records import Assurance, Attempt, Json, Outcome, Verdict

PAGE_ROWS = 500
"""Rows a query takes at a time: long reads would keep the write-ahead log from being reset."""
_PER_QUERY = 900
"""Parameters of one query: every SQLite allows 999."""
_LATEST = 20_000


class RunRecord(NamedTuple):
    """One process that worked on the ledger."""

    run: int
    recipe: bytes
    spec: dict[str, Json]
    command: tuple[str, ...]
    """The argument vector; empty where the library was called, or an older rtlglot did not keep it."""
    started: float
    """Seconds since the epoch, as all times here."""
    ended: float | None
    """None: it is running, or was killed."""
    ending: str | None


class Glance(NamedTuple):
    """One row of the input with what is counted of its outcome; status '' while it is pending."""

    position: int
    id: str
    status: str
    reason: str
    assurance: Assurance
    detail: str
    text: bytes | None
    """Key of the text; None where there is none."""
    characters: int | None
    """Length of the text."""
    attempts: tuple[Attempt, ...]
    prompt_tokens: int
    completion_tokens: int
    created: float


class Bought(NamedTuple):
    """A reply with the request's messages."""

    prefix: bytes
    message: str
    text: str
    think: str | None
    finish: str
    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    seconds: float
    created: float


# -- runs and rows ----------------------------------------------------------------------------


def runs(db: sqlite3.Connection) -> list[RunRecord]:
    """All runs, oldest first."""
    query = "SELECT run, recipe, spec, command, started, ended, ending FROM runs ORDER BY run"
    return [
        RunRecord(run, recipe, decoded(spec, where), tuple(decoded(command or "[]", where)), *times)
        for run, recipe, spec, command, *times in db.execute(query)
        for where in [f"runs WHERE run = {run}"]
    ]


def recipe_body(db: sqlite3.Connection, recipe: bytes) -> dict[str, Json]:
    """A recipe's fields."""
    found = db.execute("SELECT body FROM recipes WHERE recipe = ?", (recipe,)).fetchone()
    if found and digest(found[0]) != recipe:
        raise damaged(f"recipes WHERE recipe = x'{recipe.hex()}'")
    return orjson.loads(found[0]) if found else {}


def glances(db: sqlite3.Connection, recipe: bytes, status: str = "") -> Iterator[list[Glance]]:
    """All rows of the input (or those that ended with a status), in its order, some hundreds at a time."""
    query = f"""
        SELECT r.position, r.id, o.text, length(t.body), o.created, {COLUMNS} FROM {JOINED}
        WHERE r.position >= ? {"AND o.status = ?" if status else ""} ORDER BY r.position LIMIT ?"""
    start = 0
    while page := db.execute(query, (recipe, start, *([status] if status else []), PAGE_ROWS)).fetchall():
        yield [_glance(*columns) for columns in page]
        start = page[-1][0] + 1


def _glance(
    position: int, id_: str, text: bytes | None, characters: int | None, created: float, *columns: Any
) -> Glance:
    # no Outcome is made on the way: a report glances at hundreds of thousands
    if columns[2] is None:
        return Glance(position, id_, "", "", Assurance.NONE, "", None, None, (), 0, 0, 0.0)
    _, _, status, reason, assurance, detail, _, _, _, attempts, prompt, completion, _ = sound(columns)
    return Glance(
        position, id_, status, reason, ASSURANCES[assurance], detail, text, characters,
        attempts_from(attempts), prompt, completion, created,
    )  # fmt: skip


def outcomes_from(db: sqlite3.Connection, recipe: bytes, start: int) -> list[tuple[int, str, Outcome | None]]:
    """(position, id, outcome or None while pending) of the next page of rows from a position on."""
    query = f"""
        SELECT r.position, r.id, t.body, {COLUMNS} FROM {JOINED}
        WHERE r.position >= ? ORDER BY r.position LIMIT ?"""
    page = db.execute(query, (recipe, start, PAGE_ROWS)).fetchall()
    look_up = functools.partial(texts, db)
    return [(at, id_, outcome_from(columns, body, look_up)) for at, id_, body, *columns in page]


def outcomes_at(
    db: sqlite3.Connection, recipe: bytes, positions: Sequence[int]
) -> dict[int, tuple[str, Outcome | None, float]]:
    """{position: (id, outcome or None while pending, when it was settled)}."""
    query = f"""
        SELECT r.position, r.id, o.created, t.body, {COLUMNS} FROM {JOINED}
        WHERE r.position IN ({{}})"""
    found = {}
    for some in _parts(positions):
        marks = ",".join("?" * len(some))
        for at, id_, created, body, *columns in db.execute(query.format(marks), (recipe, *some)).fetchall():
            outcome = outcome_from(columns, body, functools.partial(texts, db))
            found[at] = (id_, outcome, created or 0.0)
    return found


def position_of(db: sqlite3.Connection, id_: str) -> int | None:
    """Where the input, as last indexed, has a row of this id; None where it has none."""
    found = db.execute("SELECT position FROM rows WHERE id = ?", (id_,)).fetchone()
    return int(found[0]) if found else None


# -- what outcomes rest on ----------------------------------------------------------------------


def texts(db: sqlite3.Connection, keys: Collection[bytes]) -> dict[bytes, str]:
    """Those texts that the ledger has. Raises LedgerError for one that is not what was written."""
    found = {}
    for some in _parts(list(dict.fromkeys(key for key in keys if key))):
        query = f"SELECT text, body FROM texts WHERE text IN ({','.join('?' * len(some))})"
        for key, body in db.execute(query, some).fetchall():
            if digest(body) != key:
                raise damaged(f"texts WHERE text = x'{key.hex()}'")
            found[key] = body
    return found


def verdicts(db: sqlite3.Connection, keys: Collection[bytes]) -> dict[bytes, Verdict]:
    """Those verdicts that the ledger has."""
    query = f"SELECT {stored_verdicts.COLUMNS} FROM verdicts WHERE verdict IN ({{}})"
    found = {}
    for some in _parts(list(dict.fromkeys(keys))):
        for columns in db.execute(query.format(",".join("?" * len(some))), some).fetchall():
            found[columns[0]] = stored_verdicts.verdict_from(*columns)
    return found


_BOUGHT = """SELECT request, sample, attempt, prefix, message, text, think, finish, prompt_tokens,
    completion_tokens, cached_tokens, seconds, created, checksum FROM replies WHERE request """


def bought(db: sqlite3.Connection, slot: tuple[bytes, int, int]) -> Bought | None:
    """The reply to one asking, if there is one."""
    found = db.execute(f"{_BOUGHT} = ? AND sample = ? AND attempt = ?", slot).fetchone()
    return None if found is None else _bought(*found)


def replies(db: sqlite3.Connection, attempts: Collection[Attempt]) -> dict[tuple[bytes, int, int], Bought]:
    """The replies behind attempts, by (request, sample, attempt)."""
    found = {}
    for some in _parts(list(dict.fromkeys(a.request for a in attempts if a.request))):
        for row in db.execute(f"{_BOUGHT} IN ({','.join('?' * len(some))})", some).fetchall():
            found[row[0], row[1], row[2]] = _bought(*row)
    return found


def _bought(*row: Any) -> Bought:
    """Raises LedgerError where it was changed since it was written."""
    request, sample, attempt, prefix, message, *reply, created, known = row
    columns = [request, sample, attempt, *reply]
    # Replies of older runs have a checksum without their prompt.
    if known not in (checksum([*columns, prefix, message]), checksum(columns)):
        raise damaged(f"replies WHERE request = x'{request.hex()}'")
    return Bought._make((prefix, message, *reply, created))


def prefixes(db: sqlite3.Connection, keys: Collection[bytes]) -> dict[bytes, list[tuple[str, str]]]:
    """[(role, content), …] of each prefix. Raises LedgerError for one that is not what was written."""
    query = "SELECT prefix, messages FROM prefixes WHERE prefix IN ({})"
    found = {}
    for some in _parts(list(dict.fromkeys(keys))):
        for key, messages in db.execute(query.format(",".join("?" * len(some))), some).fetchall():
            where = f"prefixes WHERE prefix = x'{key.hex()}'"
            found[key] = [(role, content) for role, content in decoded(messages, where)]
            # A lone surrogate is kept as a question mark, and the key is that of what was sent.
            if digest(*(part for message in found[key] for part in message)) != key and "?" not in messages:
                raise damaged(where)
    return found


# -- over time ----------------------------------------------------------------------------------


def settled_over_time(
    db: sqlite3.Connection, recipe: bytes, window: tuple[float, float], width_s: float
) -> Iterator[tuple[int, str, int]]:
    """(bin, status, rows) of the outcomes settled within a window."""
    query = """
        SELECT CAST((created - ?) / ? AS INTEGER), status, count(*) FROM outcomes
        WHERE recipe = ? AND created BETWEEN ? AND ? GROUP BY 1, 2"""
    return iter(db.execute(query, (window[0], width_s, recipe, *window)))


def bought_over_time(
    db: sqlite3.Connection, window: tuple[float, float], width_s: float
) -> Iterator[tuple[int, int, int, int, int]]:
    """(bin, replies, prompt tokens, completion tokens, cached tokens) bought within a window."""
    query = """
        SELECT CAST((created - ?) / ? AS INTEGER), count(*), total(prompt_tokens),
               total(completion_tokens), total(cached_tokens) FROM replies
        WHERE created BETWEEN ? AND ? GROUP BY 1"""
    for bin_, *values in db.execute(query, (window[0], width_s, *window)):
        a, b, c, d = map(int, values)
        yield bin_, a, b, c, d


def reply_sizes(db: sqlite3.Connection) -> Iterator[tuple[float, int | None, int | None]]:
    """(seconds, prompt tokens, completion tokens) of every reply."""
    query = "SELECT rowid, seconds, prompt_tokens, completion_tokens FROM replies WHERE rowid > ? LIMIT ?"
    last = 0
    while page := db.execute(query, (last, PAGE_ROWS * 10)).fetchall():
        for row in page:
            yield row[1], row[2], row[3]
        last = page[-1][0]


def last_activity(db: sqlite3.Connection) -> float | None:
    """When something was last written."""
    latest = "SELECT created FROM {} ORDER BY rowid DESC LIMIT 1"
    found = [db.execute(latest.format(table)).fetchone() for table in ("outcomes", "replies", "verdicts")]
    return max((row[0] for row in found if row), default=None)


def settled_lately(db: sqlite3.Connection, recipe: bytes, since: float) -> tuple[int, float]:
    """(rows settled since a moment, seconds that they took); looks at the last 20,000 at most."""
    query = "SELECT created, recipe FROM outcomes ORDER BY rowid DESC LIMIT ?"
    times = [created for created, of in db.execute(query, (_LATEST,)) if of == recipe and created >= since]
    return len(times), (max(times) - min(times) if times else 0.0)


def tokens_bought(db: sqlite3.Connection) -> tuple[int, int, int, int]:
    """(replies, prompt tokens, completion tokens, cached tokens) of everything in the ledger."""
    query = (
        "SELECT count(*), total(prompt_tokens), total(completion_tokens), total(cached_tokens) FROM replies"
    )
    a, b, c, d = db.execute(query).fetchone()
    return int(a), int(b), int(c), int(d)


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _PER_QUERY):
        yield items[start : start + _PER_QUERY]
