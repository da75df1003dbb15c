"""A folder of part files: what several machines found, each part with a ledger of its own.

    OUT/NAME.parquet          rows with what they ended as; a part is there when this file is
    OUT/_ledger/NAME.zst      the part's ledger: everything asked, found and said of its rows
    OUT/_ledger/index-….zst   the rows of one file of the input
    OUT/_manifest.json        what was asked for, by whom, and which index files are the input

Parts and manifest are the truth. `OUT.ledger` beside the folder is gathered from them, each part once, for
all that reads ledgers; it may be deleted.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import orjson
import zstandard

from rtlglot.errors import LedgerError
from rtlglot.ledger.absorb import absorb, columns_of
from rtlglot.ledger.connection import connect, transaction
from rtlglot.ledger.outcomes import attempts_from
from rtlglot.ledger.schema import SCHEMA, prepare, version
from rtlglot.records import PARTS_MANIFEST

_LEDGERS = "_ledger"
TRIES = "_tries"
"""A folder within it: how often what is not done yet was begun."""


@dataclass(slots=True, kw_only=True)
class Manifest:
    """What the parts of a folder have in common."""

    recipe: str
    """The recipe's key, in hex."""
    body: str
    """The recipe, as canonical JSON."""
    index: list[str] = field(default_factory=list)
    """Names of the index files, in the order of the input's files."""
    stale: list[str] = field(default_factory=list)
    """Keys of rows in parts that the input has no more, in hex."""
    runs: list[dict[str, Any]] = field(default_factory=list)
    """Every driver that worked on it: spec, command, started, ended, ending."""

    def write(self, folder: Path) -> None:
        """Put it in place, whole."""
        put(folder / PARTS_MANIFEST, [orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)])


def read_manifest(folder: Path) -> Manifest | None:
    """None where the folder has none. Raises LedgerError for one that cannot be read."""
    try:
        found = orjson.loads((folder / PARTS_MANIFEST).read_bytes())
        return Manifest(**{each.name: found[each.name] for each in fields(Manifest)})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = f"{folder / PARTS_MANIFEST} cannot be read: {error}"
        raise LedgerError(said, hint="put back a copy of it") from error


def put(path: Path, data: Iterable[bytes]) -> None:
    """A file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.writelines(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def part_names(folder: Path) -> list[str]:
    """Of the parts that are there."""
    return sorted(path.stem for path in folder.glob("*.parquet"))


def sweep(folder: Path, manifest: Manifest) -> None:
    """Remove what processes that were killed left behind. Only where none is at work."""
    wanted = {*part_names(folder), *manifest.index}
    kept = (path for path in (folder / _LEDGERS).glob("*.zst") if path.stem not in wanted)
    for path in (*folder.glob(".*.tmp"), *(folder / _LEDGERS).glob(".*.tmp"), *kept):
        path.unlink(missing_ok=True)
    shutil.rmtree(folder / TRIES, ignore_errors=True)


def ledger_path(folder: Path, name: str) -> Path:
    """Where a part's ledger, or an index, lies."""
    return folder / _LEDGERS / f"{name}.zst"


@contextlib.contextmanager
def _opened(packed: Path) -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory(prefix="rtlglot-") as made:
        path = Path(made) / packed.stem
        unpack(packed, path)
        with contextlib.closing(connect(path, shown=packed)) as db:
            prepare(db, path)
            yield db


def unpack(packed: Path, ledger: Path) -> None:
    """A packed ledger as a file of its own. Raises LedgerError."""
    try:
        with open(packed, "rb") as source, open(ledger, "wb") as file:
            zstandard.ZstdDecompressor().copy_stream(source, file)
    except (OSError, zstandard.ZstdError) as error:
        hint = "put back a copy; or remove its part, which is worked out again then"
        raise LedgerError(f"{packed} cannot be read: {error}", hint=hint) from error


def pack(ledger: Path, packed: Path) -> None:
    """A ledger that nobody has open, to where it is kept."""
    with open(ledger, "rb") as source:
        put(packed, zstandard.ZstdCompressor().read_to_iter(source))


def cut(ledger: Path, recipe: bytes, rows: Iterable[tuple[str, bytes]], to: Path) -> None:
    """A new ledger of what another knows of some rows, by id and content."""
    with contextlib.closing(connect(to, shown=to)) as db:
        db.execute("PRAGMA journal_mode=OFF")
        db.execute("PRAGMA synchronous=OFF")
        prepare(db, to)
        db.execute("ATTACH ? AS whole", (str(ledger),))
        db.execute("BEGIN")
        _take(db, "outcomes", "recipe = ? AND id = ? AND content = ?", ((recipe, *row) for row in rows))
        texts, verdicts, replies = _named_by(db)
        _take(db, "texts", "text = ?", texts)
        _take(db, "verdicts", "verdict = ?", verdicts)
        _take(db, "replies", "request = ? AND sample = ? AND attempt = ?", replies)
        _take(db, "prefixes", "prefix = ?", db.execute("SELECT DISTINCT prefix FROM replies").fetchall())
        db.execute("COMMIT")


def _take(db: sqlite3.Connection, table: str, where: str, keys: Iterable[tuple[Any, ...]]) -> None:
    columns = ", ".join(columns_of(db, table))
    take = f"INSERT OR IGNORE INTO {table} ({columns}) SELECT {columns} FROM whole.{table} WHERE {where}"
    db.executemany(take, keys)


def _named_by(db: sqlite3.Connection) -> tuple[set[Any], set[Any], set[Any]]:
    """Keys of the texts, verdicts and replies that its outcomes name."""
    texts: set[Any] = set()
    verdicts: set[Any] = set()
    replies: set[Any] = set()
    for text, several, attempts in db.execute("SELECT text, texts, attempts FROM outcomes"):
        texts.update([(text,)] if text else [])
        texts.update((bytes.fromhex(each),) for each in orjson.loads(several or "[]"))
        for attempt in attempts_from(attempts):
            texts.add((attempt.text,))
            verdicts.update((verdict,) for verdict in attempt.verdicts)
            replies.add((attempt.request, attempt.sample, attempt.attempt))
    return texts, verdicts, replies


def gather(folder: Path) -> Path:
    """The ledger beside a folder of parts, brought up to what is in it now. Raises LedgerError."""
    manifest = read_manifest(folder)
    path = folder.with_name(folder.name + ".ledger")
    if manifest is None:
        raise LedgerError(f"{folder} has no {PARTS_MANIFEST}: no run has begun in it")
    with contextlib.closing(connect(path, shown=path)) as db:
        db.execute("PRAGMA synchronous=NORMAL")
        if version(db, path) != SCHEMA:
            prepare(db, path)
        _take_runs(db, manifest)
        _take_index(db, folder, manifest)
        known = {name for (name,) in db.execute("SELECT key FROM meta WHERE key LIKE 'part-%'")}
        for name in part_names(folder):
            if name not in known:
                with _opened(ledger_path(folder, name)) as part:
                    absorb(db, part)
                db.execute("INSERT OR REPLACE INTO meta VALUES (?, '')", (name,))
    return path


def _take_runs(db: sqlite3.Connection, manifest: Manifest) -> None:
    recipe = bytes.fromhex(manifest.recipe)
    names = ("spec", "command", "started", "ended", "ending")
    with transaction(db):
        known = "INSERT OR IGNORE INTO recipes (recipe, body, created) VALUES (?, ?, ?)"
        db.execute(known, (recipe, manifest.body, time.time()))
        db.execute("DELETE FROM runs")
        db.executemany(
            f"INSERT INTO runs (recipe, {', '.join(names)}) VALUES (?, ?, ?, ?, ?, ?)",
            [(recipe, *(run.get(name) for name in names)) for run in manifest.runs],
        )


def _take_index(db: sqlite3.Connection, folder: Path, manifest: Manifest) -> None:
    """The input's rows, one file after the other."""
    wanted = orjson.dumps(manifest.index).decode()
    if db.execute("SELECT value FROM meta WHERE key = 'parts'").fetchone() == (wanted,):
        return
    with transaction(db):
        db.execute("DELETE FROM rows")
        first = 0
        for name in manifest.index:
            with _opened(ledger_path(folder, name)) as source:
                rows = source.execute("SELECT id, content FROM rows ORDER BY position")
                numbered = ((first + n, *row) for n, row in enumerate(rows))
                first += db.executemany("INSERT INTO rows VALUES (?, ?, ?)", numbered).rowcount
        db.execute("INSERT OR REPLACE INTO meta VALUES ('parts', ?)", (wanted,))
