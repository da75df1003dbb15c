"""`rtlglot preview`: rows for real, shown; the run that follows buys none of them again."""

from __future__ import annotations

import json

from tests.acceptance.conftest import Shell

GOOD = "```verilog\nmodule m(input a, output y);\n  assign y = a;\nendmodule\n```"
RULES = [{"id": "r1", "reply": GOOD.replace("= a", "= b")}, {"reply": GOOD}]
JOB = (
    "in.jsonl",
    "--from",
    "instruction",
    "--to",
    "verilog",
    "--engine",
    "scripted",
    "--model",
    "rules.json",
)


def test_rows_are_shown_and_only_their_replies_are_kept(shell: Shell) -> None:
    shell.write("rules.json", RULES)
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"\x1b[31mDesign wire {n}."} for n in range(20)])
    told = shell.rtlglot("preview", *JOB, "-o", "out.jsonl")
    assert "done: 5 rows = 4 accepted + 1 rejected + 0 failed" in told.stdout
    assert "accepted, synthesised" in told.stdout
    assert "undeclared" in told.stdout
    assert "\x1b[31m" not in told.stdout
    assert f"rtlglot transform {' '.join(JOB)} -o out.jsonl" in told.stdout
    assert sorted(path.name for path in shell.folder.glob("out*") if "-" not in path.name) == [
        "out.jsonl.ledger",
        "out.jsonl.ledger.lock",
    ]
    again = json.loads(shell.rtlglot("preview", *JOB, "-o", "out.jsonl", "--rows", "2", "--json").stdout)
    assert [row["id"] for row in again] == ["r0", "r1"]
    summary = json.loads(shell.rtlglot("transform", *JOB, "-o", "out.jsonl", "--json").stdout)
    assert (summary["total"], summary["requests"], summary["reused"]) == (20, 15, 5)


def test_a_run_that_exists_is_left_as_it_is(shell: Shell) -> None:
    shell.write("rules.json", RULES)
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Design wire {n}."} for n in range(8)])
    shell.rtlglot("transform", *JOB, "-o", "out.jsonl")
    before = shell.rtlglot("status", "out.jsonl", "--json").stdout
    written = (shell.folder / "out.jsonl").read_bytes()
    shell.rtlglot("preview", *JOB, "-o", "out.jsonl", "--temperature", "0.9")
    after = json.loads(shell.rtlglot("status", "out.jsonl", "--json").stdout)
    assert after["total"] == 8
    assert after["outcomes"] == json.loads(before)["outcomes"]
    assert after["replies"] == json.loads(before)["replies"] + 5
    assert (shell.folder / "out.jsonl").read_bytes() == written
