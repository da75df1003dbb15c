"""Where a run stands."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import time
from pathlib import Path

import pytest
from tests.browser.ledgers import Story, usual, usual_ledger, usual_rows
from tests.vllm_stand_in import vllm_stand_in

from rtlglot.cli import main, parse, parser
from rtlglot.cli.status import lines
from rtlglot.errors import LedgerError, UsageError
from rtlglot.ledger import Ledger
from rtlglot.ledger.opening import find_ledger, holder, open_reading
from rtlglot.reports.standing import standing
from rtlglot.run.spec import engine_flags


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


CASES = Path(__file__).parents[2] / "cases" / "ledgers"
VALUES = {
    "--from": "instruction",
    "--to": "verilog",
    "--field": "ref",
    "--output": "out.jsonl",
    "--engine": "scripted",
    "--model": "module",
    "--prompt": "verilog.md",
    "--examples": "examples.jsonl",
    "--spec": "run.toml",
    "--recipe": "run.toml",
    "--existing": "replace",
    "--std": "v2005",
    "--truncated": "keep",
    "--require": "read",
    "--map": "told=source",
    "--where": "row.instruction|length > 5",
    "--format": "jsonl",
    "--id": "id",
    "--max-tokens": "auto",
    "--choose": "best",
    "--check": "syntax",
    "--verify": "syntax",
    "--write": "missing",
    "--checks": "syntax,elaborate",
    "--reference": "ref",
    "--testbench": "ref",
    "--files": "ref",
    "--interface": "auto",
    "--redo": "failed",
    "--shard": "2/3",
    "--until": "23:59",
    "--log-file": "my log.txt",
    "--keep": "kept.jsonl",
    "--drop": "dropped.jsonl",
    "--export": "openai=sft.jsonl",
    "--max-record": "100000",
    "--emit-batch": "batch.jsonl",
    "--ingest-batch": "results.jsonl",
    "--temperature": "0",
    "--top-p": "0.5",
    "--allow-host": "127.0.0.1",
    "--base-url": "http://127.0.0.1:9/v1",
}
"""A value for each flag that takes one of a kind of its own; the others get a number."""
NEEDS = {
    "--interface": ["--reference", "ref"],
    "--client-key": ["--client-cert", "x.pem"],
    "--max-cost": ["--price-in", "1", "--price-out", "1"],
}
"""What a flag cannot be without."""
ENGINES = {
    "openai": [
        *("--engine", "openai", "--model", "m", "--base-url", "http://127.0.0.1:9/v1"),
        *("--set", "engine.start_timeout_s=0.1"),  # nobody is there to be waited for
    ],
    "vllm": ["--engine", "vllm", "--model", "m"],
}
"""The engine of a flag that only one engine has: none of them can start here, and the run is told of."""
NEVER_RUN = {"--help", "--dry-run", "--cluster"}
"""Those without a ledger, and the one whose command tests/ray looks at."""


def flags(command: str) -> list[argparse.Action]:
    """All flags of a command that run it."""
    actions = parser().commands[command]._actions
    return [a for a in actions if a.option_strings and not NEVER_RUN & set(a.option_strings)]


def given(command: str, action: argparse.Action) -> list[str]:
    """A command line with one flag of a command, its value where it takes one, and what it needs."""
    flag = next(name for name in action.option_strings if name.startswith("--"))
    usual = "check.synth.strict=true"
    value = usual if flag == "--set" else VALUES.get(flag, "2")
    words = [flag] if action.nargs == 0 else [flag, value]
    if command == "check":
        base = ["check", "in.jsonl", "--output", "out.jsonl", "--field", "ref"]
    else:
        base = ["transform", "in.jsonl", "--from", "instruction", "--to", "verilog", "--output", "out.jsonl"]
        of = engine_flags().get(action.dest, "")
        base += ENGINES.get(of, ["--engine", "scripted", "--model", "module"])
        if flag.endswith("-batch"):
            base = base[:-4] + ENGINES["openai"]
    return [*base, *NEEDS.get(flag, []), *words]


@pytest.mark.parametrize(
    ("command", "action"),
    [
        pytest.param(command, action, id=f"{command} {action.option_strings[-1]}")
        for command in ("transform", "check")
        for action in flags(command)
    ],
)
def test_the_command_that_resumes_is_taken_and_means_the_same(
    command: str, action: argparse.Action, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(CASES / "in.jsonl", tmp_path)
    (tmp_path / "verilog.md").write_text(
        "---\nfrom: instruction\nto: verilog\n---\n# user\n\n{{ row.instruction }}\n"
    )
    (tmp_path / "run.toml").write_text("repair = 1\n")
    (tmp_path / "results.jsonl").write_text("")
    example = {"instruction": "an inverter", "verilog": "module i(input a, output y); endmodule"}
    (tmp_path / "examples.jsonl").write_text(json.dumps(example) + "\n")
    words = given(command, action)
    with vllm_stand_in():
        main(words)  # some cannot run to the end here: what they are is kept all the same
    (ledger,) = tmp_path.glob("out*.ledger")  # of the shard, where it is one
    resume = standing(ledger).command
    assert _meant(shlex.split(resume)[1:]) == _meant(words)


def _meant(words: list[str]) -> dict[str, object]:
    return {name: value for name, value in parse(words)[1].items() if name != "argv"}


def test_what_is_no_ledger_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"id": 1}\n')
    with pytest.raises(UsageError, match=r"rows\.jsonl has no ledger beside it"):
        find_ledger(tmp_path / "rows.jsonl")
    with pytest.raises(UsageError, match="there is no"):
        find_ledger(tmp_path / "nothing")
    (tmp_path / "x.ledger").write_bytes(b"SQLite format 3\x00" + b"\x07" * 4000)
    with pytest.raises(LedgerError, match="cannot be opened as a ledger"):
        open_reading(find_ledger(tmp_path / "x.ledger"))


def test_a_copy_of_the_ledger_alone_is_enough(tmp_path: Path) -> None:
    ledger = usual_ledger(tmp_path, 20)
    copy = tmp_path / "elsewhere" / "copy.ledger"
    copy.parent.mkdir()
    copy.write_bytes(ledger.read_bytes())
    assert standing(copy).total == 20
