"""Where a run stands."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shlex
import time
from pathlib import Path

import pytest
from tests.browser.ledgers import Story, usual, usual_ledger, usual_rows

from rtlglot.cli import parser
from rtlglot.cli.status import lines
from rtlglot.cli.transform import spec_values
from rtlglot.errors import LedgerError, UsageError
from rtlglot.ledger import Ledger
from rtlglot.ledger.opening import find_ledger, holder, open_reading
from rtlglot.report.standing import resume_command, standing
from rtlglot.run.spec import Spec, make_spec


def test_counts_and_state_of_a_run_that_is_done(tmp_path: Path) -> None:
    found = standing(usual_ledger(tmp_path, 60))
    assert found.state == "done"
    assert found.holder is None
    assert (found.total, found.pending) == (60, 0)
    assert found.outcomes["failed"] == {"refused": 6, "missing_field": 6}
    assert found.rejected_by == {"syntax": 6, "equivalence": 6}
    json.dumps(found.to_json())


def test_a_killed_run_is_told_from_one_that_goes_on(tmp_path: Path) -> None:
    story = Story(tmp_path, "part", usual_rows(30))
    ledger = story.write(lambda led, row: usual(led, row) if row.position < 10 else None, ending=None)
    found = standing(ledger)
    assert found.state == "killed"
    assert found.pending == 20
    assert found.left_s is None
    pid = os.fork()
    if pid == 0:  # locks of our own process would not be seen by it
        held = Ledger(ledger)
        (tmp_path / "held").touch()
        time.sleep(30)
        held.close()
        os._exit(0)
    try:
        deadline = time.monotonic() + 20
        while not (tmp_path / "held").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        found = standing(ledger)
        assert found.state == "running"
        assert found.holder is not None
        assert f"process {pid}" in found.holder
        assert found.left_s is not None
        shown = "\n".join(lines(found))
        assert f"process {pid}" in shown
        assert "left" in shown
        assert "resume with" not in shown
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    assert holder(ledger) is None


def test_asking_who_holds_a_ledger_leaves_it_free(tmp_path: Path) -> None:
    ledger = usual_ledger(tmp_path, 5)
    assert holder(ledger) is None
    Ledger(ledger).close()


def test_lines_fit_80_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    usual_ledger(Path("."), 200)
    found = standing(Path("usual.jsonl.ledger"))
    assert max(len(line) for line in lines(found)) <= 80
    assert "\x1b" not in "\n".join(lines(found))
    assert "\x1b[32m" in "\n".join(lines(found, colour=True))


SPECS = [
    "rtlglot transform in.jsonl --from instruction --to verilog",
    "rtlglot transform 'my rows.json' --from verilog --to description --model http://x/v1 -o o.json "
    "--check none",
    "rtlglot transform r.csv --from a --to b --prompt p.md --map a=A --map b=B --no-share --keep-think "
    "--set engine.log=asked --set check.synth.strict=true --limit 5 --where 'len(a) > 2' --temperature 0 "
    "--repair 2 --seed 7 --drain 3 --std v2005",
]


@pytest.mark.parametrize("command", SPECS)
def test_the_command_that_resumes_means_the_same_spec(command: str) -> None:
    spec = _spec(command)
    stored = json.loads(json.dumps(dataclasses.asdict(spec)))
    again = _spec(resume_command(stored))
    assert again == spec


def _spec(command: str) -> Spec:
    parsed: argparse.Namespace = parser().parse_args(shlex.split(command)[1:])
    return make_spec(spec_values(parsed), parsed.recipe or "")


def test_what_is_no_ledger_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"id": 1}\n')
    with pytest.raises(UsageError, match=r"rows\.jsonl has no ledger beside it"):
        find_ledger(tmp_path / "rows.jsonl")
    with pytest.raises(UsageError, match="there is no"):
        find_ledger(tmp_path / "nothing")
    (tmp_path / "x.ledger").write_bytes(b"SQLite format 3\x00" + b"\x07" * 4000)
    with pytest.raises(LedgerError, match="cannot be read as a ledger"):
        open_reading(find_ledger(tmp_path / "x.ledger"))


def test_a_copy_of_the_ledger_alone_is_enough(tmp_path: Path) -> None:
    ledger = usual_ledger(tmp_path, 20)
    copy = tmp_path / "elsewhere" / "copy.ledger"
    copy.parent.mkdir()
    copy.write_bytes(ledger.read_bytes())
    assert standing(copy).total == 20
