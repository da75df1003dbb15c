"""A folder of part files: what several machines found, each part with a ledger of its own.

    OUT/NAME.parquet          rows with what they ended as; a part is there when this file is
    OUT/_ledger/NAME.zst      the part's ledger: everything asked, found and said of its rows
    OUT/_ledger/index-….zst   the rows of one file of the input
    OUT/_manifest.json        what was asked for, by whom, and which index files are the input

Parts and manifest are the truth, on this machine's disks or at a URL. `OUT.ledger` beside the folder (of a
URL: in the current folder) is gathered from them, each part once, for all that reads ledgers; it may be
deleted.
"""

from __future__ import annotations

import contextlib
import io
import os
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
from rtlglot.stores.remote import here, is_url
from rtlglot.stores.store import Store, store_at

_LEDGERS = "_ledger"
TRIES = "_tries"
"""A folder within it: how often what is not done yet was begun."""
_PART, _PACKED, _DRAFT = ".parquet", ".zst", ".tmp"


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

    def write(self, folder: Store) -> None:
        """Put it in place, whole."""
        folder.put(PARTS_MANIFEST, [orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)])


def read_manifest(folder: Store) -> Manifest | None:
    """None where the folder has none. Raises LedgerError for one that cannot be read."""
    try:
        data = folder.read(PARTS_MANIFEST)
        found = orjson.loads(data) if data is not None else None
        return found and Manifest(**{each.name: found[each.name] for each in fields(Manifest)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = f"{folder.place}/{PARTS_MANIFEST} cannot be read: {error}"
        raise LedgerError(said, hint="put back a copy of it") from error


def part_names(folder: Store) -> list[str]:
    """Of the parts that are there."""
    return [name.removesuffix(_PART) for name in folder.names() if name.endswith(_PART)]


def part_file(name: str) -> str:
    """The file of a part."""
    return name + _PART


def sweep(folder: Store, manifest: Manifest) -> None:
    """Remove what processes that were killed left behind. Only where none is at work."""
    wanted = {*part_names(folder), *manifest.index}
    for within in ("", f"{_LEDGERS}/"):
        for name in folder.names(within):
            stem = name.removesuffix(_PACKED)
            if name.endswith(_DRAFT) or (stem != name and stem not in wanted):
                folder.remove(within + name)
    folder.clear(TRIES)


def ledger_file(name: str) -> str:
    """Where a part's ledger, or an index, lies in the folder."""
    return f"{_LEDGERS}/{name}{_PACKED}"


@contextlib.contextmanager
def _opened(data: bytes | None, shown: str) -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory(prefix="rtlglot-") as made:
        path = Path(made) / "part.ledger"
        unpack(data, path, shown)
        with contextlib.closing(connect(path, shown=shown)) as db:
            prepare(db, path)
            yield db


def unpack(data: bytes | None, ledger: Path, shown: str) -> None:
    """A packed ledger as a file of its own; `shown` names it. Raises LedgerError."""
    try:
        if data is None:
            raise FileNotFoundError("there is no such file")
        with open(ledger, "wb") as file:
            zstandard.ZstdDecompressor().copy_stream(io.BytesIO(data), file)
    except (OSError, zstandard.ZstdError) as error:
        hint = "put back a copy; or remove its part, which is worked out again then"
        raise LedgerError(f"{shown} cannot be read: {error}", hint=hint) from error


def pack(ledger: Path, folder: Store, name: str) -> None:
    """A ledger that nobody has open, to where it is kept."""
    with open(ledger, "rb") as source:
        folder.put(ledger_file(name), zstandard.ZstdCompressor().read_to_iter(source))


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


def gather(place: str | os.PathLike[str]) -> Path:
    """The ledger beside a folder of parts, brought up to what is in it now. Raises LedgerError."""
    folder = store_at(place)
    manifest = read_manifest(folder)
    local = here(os.fspath(place))
    path = local.with_name(local.name + ".ledger")
    if manifest is None:
        raise LedgerError(f"{place} has no {PARTS_MANIFEST}: no run has begun in it")
    with contextlib.closing(connect(path, shown=path)) as db:
        db.execute("PRAGMA synchronous=NORMAL")
        if version(db, path) != SCHEMA:
            prepare(db, path)
        _refuse_other(db, path, folder)
        _take_runs(db, manifest)
        _take_index(db, folder, manifest)
        known = {name for (name,) in db.execute("SELECT key FROM meta WHERE key LIKE 'part-%'")}
        new = [name for name in part_names(folder) if name not in known]
        for name, (file, data) in zip(new, folder.read_each(map(ledger_file, new)), strict=True):
            with _opened(data, f"{place}/{file}") as part:
                absorb(db, part)
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, '')", (name,))
    return path


def _refuse_other(db: sqlite3.Connection, path: Path, folder: Store) -> None:
    """Folders at two URLs may have one last name, and so one ledger here."""
    if not is_url(folder.place):
        return
    (of,) = db.execute("SELECT value FROM meta WHERE key = 'url'").fetchone() or ("",)
    if of != (url := folder.place.rstrip("/")) and (of or db.execute("SELECT 1 FROM runs").fetchone()):
        said = f"{path} is of {of or 'another run'}, and what is in {url} would be gathered into it"
        raise LedgerError(said, hint="run the command in another folder, or move that ledger away")
    db.execute("INSERT OR REPLACE INTO meta VALUES ('url', ?)", (url,))


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


def _take_index(db: sqlite3.Connection, folder: Store, manifest: Manifest) -> None:
    """The input's rows, one file after the other."""
    wanted = orjson.dumps(manifest.index).decode()
    if db.execute("SELECT value FROM meta WHERE key = 'parts'").fetchone() == (wanted,):
        return
    with transaction(db):
        db.execute("DELETE FROM rows")
        first = 0
        for name in manifest.index:
            file = ledger_file(name)
            with _opened(folder.read(file), f"{folder.place}/{file}") as source:
                rows = source.execute("SELECT id, content FROM rows ORDER BY position")
                numbered = ((first + n, *row) for n, row in enumerate(rows))
                first += db.executemany("INSERT INTO rows VALUES (?, ?, ?)", numbered).rowcount
        db.execute("INSERT OR REPLACE INTO meta VALUES ('parts', ?)", (wanted,))
