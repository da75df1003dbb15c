"""Where a run's ledger lies: on a local disk with copies beside the output; its index is kept."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.errors import InputError
from rtlglot.ledger import Index, Ledger
from rtlglot.ledger.opening import holder
from rtlglot.reports.standing import standing
from rtlglot.run.ledgers import ledger_of, open_ledger

ROWS = 30


@pytest.fixture
def job(tmp_path: Path) -> dict[str, Any]:
    source = tmp_path / "in.jsonl"
    source.write_text("".join(f'{{"id": "r{n:02}", "instruction": "Unit {n:02}."}}\n' for n in range(ROWS)))
    os.utime(source, (1_700_000_000, 1_700_000_000))
    (tmp_path / "script.jsonl").write_text('{"when": "Unit", "reply": "A unit that has a clock."}\n')
    return {
        "input": str(source), "output": str(tmp_path / "out.jsonl"), "source": "instruction",
        "target": "description", "check": "none", "engine": "scripted",
        "model": str(tmp_path / "script.jsonl"),
    }  # fmt: skip


def test_a_local_ledger_is_copied_beside_the_output(tmp_path: Path, job: dict[str, Any]) -> None:
    summary = rtlglot.transform(**job, ledger_dir=str(tmp_path / "node"))
    beside = tmp_path / "out.jsonl.ledger"
    assert summary.ledger == str(beside)
    assert standing(beside).total == ROWS
    assert standing(beside).state == "done"
    assert not beside.with_name(beside.name + "-wal").exists()
    assert holder(beside) is None
    shutil.rmtree(tmp_path / "node")
    again = rtlglot.transform(**job, ledger_dir=str(tmp_path / "node"))
    assert (again.kept, again.requests) == (ROWS, 0)
    assert rtlglot.transform(**job).kept == ROWS, "without the flag, too"


def test_who_works_on_it_is_known_beside_the_output(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    with open_ledger(output, ledger_dir=str(tmp_path / "node")):
        assert ledger_of(output).exists(), "a first copy is there at once"
        code = (
            "import sys; from pathlib import Path; from rtlglot.run.ledgers import open_ledger\n"
            "with open_ledger(Path(sys.argv[1]), ledger_dir=sys.argv[2]): pass"
        )
        command = [sys.executable, "-c", code, str(output), str(tmp_path / "elsewhere")]
        other = subprocess.run(command, capture_output=True, text=True, check=False)
        assert f"in use by process {os.getpid()}" in other.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_a_host_whose_copy_another_went_on_with_takes_the_other_s(
    tmp_path: Path, job: dict[str, Any]
) -> None:
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    rtlglot.transform(**job, limit=10, ledger_dir=one)
    early = (tmp_path / "out.jsonl.ledger").read_bytes()
    rtlglot.transform(**job, limit=20, ledger_dir=one)  # its last copy is lost with the host …
    (tmp_path / "out.jsonl.ledger").write_bytes(early)
    rest = rtlglot.transform(**job, limit=15, ledger_dir=two)  # … and another goes on
    assert (rest.kept, rest.requests) == (10, 5)
    whole = rtlglot.transform(**job, ledger_dir=one)  # the first host comes back
    assert whole.kept == 15
    assert (whole.requests, whole.reused) == (ROWS - 20, 5), "what it had bought is not bought again"


def test_an_unchanged_input_is_not_indexed_again(tmp_path: Path, job: dict[str, Any]) -> None:
    rtlglot.transform(**job)
    source = Path(job["input"])
    before = source.stat()
    text = source.read_text()
    with source.open("r+") as file:
        file.write(text.replace("r07", "x07"))
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(InputError, match="here is 'x07', it was 'r07'"):
        rtlglot.transform(**job)  # same size, same time: the index is believed
    os.utime(source)
    assert rtlglot.transform(**job).requests == 0, "x07 asks what r07 asked"
    assert '"x07"' in Path(job["output"]).read_text()


@pytest.mark.parametrize("changed", [{"where": "id != 'r01'"}, {"limit": 5}, {"map": {"nr": "id"}}])
def test_another_selection_is_indexed_again(job: dict[str, Any], changed: dict[str, Any]) -> None:
    whole = rtlglot.transform(**job)
    assert rtlglot.transform(**job, **changed).total == (
        ROWS if "map" in changed else min(29, changed.get("limit", 29))
    )
    assert rtlglot.transform(**job).total == whole.total


def test_a_resumed_run_knows_the_columns_of_rows_to_come(tmp_path: Path, job: dict[str, Any]) -> None:
    rows = {"a": {"instruction": "Unit 1."}, "b": {"id": "b", "instruction": "Unit 2."}}
    source = tmp_path / "in.json"
    source.write_text(json.dumps(rows))
    os.utime(source, (1_700_000_000, 1_700_000_000))
    output = tmp_path / "keyed.json"
    settings = {**job, "input": str(source), "output": str(output)}
    rtlglot.transform(**settings)
    first = output.read_bytes()
    rtlglot.transform(**settings)
    assert output.read_bytes() == first


def test_an_index_is_of_one_state(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l")
    ledger.keep_index(Index("", ("id",), 3))
    assert ledger.kept_index("") is None
    ledger.keep_index(Index("a", ("id",), 3))
    assert ledger.kept_index("a") == Index("a", ("id",), 3)
    assert ledger.kept_index("b") is None
    ledger.index([])
    assert ledger.kept_index("a") is None
    ledger.close()
