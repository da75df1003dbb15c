"""Ledgers of the version before (tests/cases/ledgers, made by commit fb9e352) open, and nothing is lost."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rtlglot.cli import main
from rtlglot.errors import LedgerError
from rtlglot.exports.history import History
from rtlglot.ledger import Ledger, reading
from rtlglot.ledger.opening import open_reading
from rtlglot.records import Assurance, Outcome
from rtlglot.reports.standing import standing
from rtlglot.reports.write import write_report

CASES = Path(__file__).parents[2] / "cases" / "ledgers"
NAMES = sorted(path.name.removesuffix(".jsonl.ledger") for path in CASES.glob("*.ledger"))


def _commands() -> dict[str, tuple[str, ...]]:
    scope: dict[str, object] = {"__name__": "make", "__file__": str(CASES / "make.py")}
    exec((CASES / "make.py").read_text(), scope)
    return scope["COMMANDS"]  # type: ignore[return-value]


COMMANDS = _commands()


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A copy of one of them, with its input, in a folder of its own that is the current one."""

    def copy(name: str) -> Path:
        for path in CASES.iterdir():
            if path.suffix != ".ledger" or path.name == f"{name}.jsonl.ledger":
                shutil.copy(path, tmp_path)
        monkeypatch.chdir(tmp_path)
        return tmp_path / f"{name}.jsonl.ledger"

    return copy


def outcomes(db: sqlite3.Connection) -> dict[str, Outcome]:
    """By row id, as the last run's recipe has them."""
    recipe = reading.runs(db)[-1].recipe
    found = reading.outcomes_at(db, recipe, range(100))
    return {id_: outcome for id_, outcome, _ in found.values() if outcome is not None}


def read(path: Path) -> tuple[dict[str, Outcome], dict[str, list[str | None]]]:
    """(outcomes, {row id: the text of each attempt}) of a ledger, opened for reading."""
    db = open_reading(path)
    found = outcomes(db)
    texts = reading.texts(db, [a.text for outcome in found.values() for a in outcome.attempts])
    told = {id_: [texts.get(a.text) for a in outcome.attempts] for id_, outcome in found.items()}
    db.close()
    return found, told


def as_it_was(path: Path) -> dict[str, tuple[str, str, str | None, list[str], int]]:
    """The old schema, read by hand."""
    db = sqlite3.connect(path)
    query = (
        "SELECT id, status, reason, text, texts, prompt_tokens FROM rows JOIN outcomes USING (id, content)"
    )
    return {id_: (s, r, t, json.loads(ts or "[]"), n) for id_, s, r, t, ts, n in db.execute(query)}


@pytest.mark.parametrize("name", NAMES)
def test_what_was_settled_is_settled(old: Callable[[str], Path], name: str) -> None:
    path = old(name)
    before = as_it_was(path)
    assert before
    for writing in (False, True):  # read beside it first, then brought up for good
        if writing:
            Ledger(path).close()
        found, _ = read(path)
        told = {
            id_: (o.status.value, o.reason.value, o.text, list(o.texts), o.prompt_tokens)
            for id_, o in found.items()
        }
        assert told == before
    again = path.read_bytes()
    Ledger(path).close()
    assert path.read_bytes() == again


def test_reading_leaves_an_old_ledger_as_it_is(old: Callable[[str], Path], tmp_path: Path) -> None:
    path = old("samples")
    before = path.read_bytes()
    assert standing(path).outcomes["accepted"] == {"ok": 2}
    assert standing(path).command == ""
    assert write_report(path, tmp_path / "r.html").rows == 5
    history = History(path)
    outcome = history.outcome("and")
    assert outcome is not None
    assert len(history.tried(outcome)) == 2
    history.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["best", "all", "auto", "described"])
def test_the_same_command_buys_nothing_again(
    old: Callable[[str], Path], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = old(name)
    assert main([*COMMANDS[name], "-o", f"{name}.jsonl", "--no-report", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["requests"], summary["total"]) == (0, 5)
    assert standing(path).command.startswith("rtlglot transform in.jsonl")


def test_texts_that_the_old_ledger_holds_are_found_and_others_are_not_made_up(
    old: Callable[[str], Path],
) -> None:
    broken = "module and2(input a, input b, output y);\n  assign y = a & c;\nendmodule"
    _, repaired = read(old("repair"))
    assert repaired["and"] == [
        broken,
        "module and2(input a, input b, output y);\n  assign y = b & a;\nendmodule",
    ]
    assert repaired["never"][:2] == ["module never(input a, output y)\n  assign y = 1'b0;\nendmodule"] * 2
    found, sampled = read(old("samples"))
    # A repair's chat quotes the text before it; the chosen sample's text is the row's; others are unknown.
    assert sampled["and"] == [broken, found["and"].text, None, None]
    assert found["and"].assurance is Assurance.SYNTHESISED
    found, every = read(old("all"))
    assert [text for text in every["and"] if text] == list(found["and"].texts)
    found, _ = read(old("auto"))
    assert found["not"].assurance is Assurance.PROVED
    assert found["refused"].assurance is Assurance.NONE


def test_an_interrupted_run_goes_on(old: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    path = old("killed")
    assert standing(path).state == "killed"
    assert standing(path).pending == 3
    # The script makes later rows wait for minutes: of the first two nothing is asked.
    main([*COMMANDS["killed"], "-o", "killed.jsonl", "--no-report", "--json", "--limit", "2"])
    assert json.loads(capsys.readouterr().out)["requests"] == 0


KILL = """
import os, signal, sqlite3, sys
from pathlib import Path
from rtlglot.ledger import Ledger

statements = 0
real = sqlite3.connect

def connect(*arguments, **keywords):
    db = real(*arguments, **keywords)
    def trace(sql):
        global statements
        statements += 1
        if statements == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
    db.set_trace_callback(trace)
    return db

sqlite3.connect = connect
Ledger(Path(sys.argv[1])).close()
print("through")
"""


def test_a_kill_in_the_middle_leaves_the_old_ledger_whole(old: Callable[[str], Path]) -> None:
    path = old("samples")
    before = as_it_was(path)
    killed = 0
    for statement in range(6, 300, 5):
        run = subprocess.run(
            [sys.executable, "-c", KILL, path, str(statement)], capture_output=True, text=True
        )
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL
        killed += 1
        assert as_it_was(path) == before
    assert killed > 5
    assert run.stdout == "through\n"
    assert read(path)[0].keys() == before.keys()


def test_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.ledger"
    Ledger(path).close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = '3'")
    for opened in (Ledger, open_reading):
        with pytest.raises(LedgerError, match="another version of rtlglot"):
            opened(path)
