"""A folder of parts: what several ledgers know, gathered into one; rows there twice are read once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from rtlglot.errors import LedgerError
from rtlglot.formats import open_dataset, open_writer
from rtlglot.ledger import Indexed, Ledger
from rtlglot.ledger.connection import connect
from rtlglot.ledger.opening import find_ledger, open_reading
from rtlglot.ledger.parts import Manifest, cut, gather, ledger_file, pack
from rtlglot.ledger.reading import outcomes_from, runs
from rtlglot.records import Attempt, Outcome, Reason, Status
from rtlglot.stores.store import store_at

RECIPE = b"r" * 16


def content(row: str) -> bytes:
    return row.encode().ljust(16)


async def a_folder(tmp_path: Path, parts: dict[str, str]) -> Path:
    """Parts of a ledger that knows all of 'abc', each with the rows that are named."""
    folder, whole = tmp_path / "out", tmp_path / "whole.ledger"
    with closing(Ledger(whole)) as ledger:
        ledger.index(Indexed(n, id_, content(id_), id_) for n, id_ in enumerate("abc"))
        ledger.start_writing()
        for id_ in "abc":
            told = Attempt(b"", 0, 0, Reason.OK, text=ledger.save_text(f"text {id_}"))
            outcome = Outcome(id_, Status.ACCEPTED, Reason.OK, f"text {id_}", attempts=(told,))
            await ledger.settle(RECIPE, content(id_), outcome)
        await ledger.stop_writing()
    for name, rows in parts.items():
        cut(whole, RECIPE, [(id_, content(id_)) for id_ in rows], tmp_path / f"{name}.ledger")
        pack(tmp_path / f"{name}.ledger", store_at(folder), name)
        with open_writer(folder / f"{name}.parquet") as table:
            for id_ in rows:
                table.write(id_, {"id": id_, "rtlglot_key": content(id_).hex()})
    pack(whole, store_at(folder), "index-1")
    run = {"spec": "{}", "started": 1.0}
    Manifest(recipe=RECIPE.hex(), body="{}", index=["index-1"], runs=[run]).write(store_at(folder))
    return folder


async def test_parts_are_gathered_as_they_come(tmp_path: Path) -> None:
    folder = await a_folder(tmp_path, {"part-1": "a"})
    for known in (["text a", None, None], ["text a", "text b", "text c"]):
        ledger = find_ledger(folder)
        with closing(open_reading(ledger)) as db:
            found = [outcome and outcome.text for _, _, outcome in outcomes_from(db, RECIPE, 0)]
            assert (found, len(runs(db))) == (known, 1)
        (tmp_path / "whole.ledger").unlink()
        await a_folder(tmp_path, {"part-1": "a", "part-2": "bc"})
    with closing(connect(ledger, shown=ledger)) as db:
        assert db.execute("SELECT count(*) FROM texts").fetchone() == (3,)


async def test_a_row_in_two_parts_is_read_once_and_one_that_the_input_lost_is_not(tmp_path: Path) -> None:
    folder = await a_folder(tmp_path, {"part-1": "ab", "part-2": "bc"})
    assert [row.id for row in open_dataset(folder)] == ["a", "b", "c"]
    manifest = Manifest(recipe=RECIPE.hex(), body="{}", stale=[content("a").hex()])
    manifest.write(store_at(folder))
    assert [row.id for row in open_dataset(folder)] == ["b", "c"]


async def test_a_part_whose_ledger_is_damaged_is_named(tmp_path: Path) -> None:
    folder = await a_folder(tmp_path, {"part-1": "a"})
    (folder / ledger_file("part-1")).write_bytes(b"no zstd")
    with pytest.raises(LedgerError, match=r"part-1\.zst cannot be read"):
        gather(folder)
