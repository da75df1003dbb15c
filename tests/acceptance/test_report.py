"""`rtlglot report`, `compare` and `status`, end to end."""

from __future__ import annotations

import json

from tests.acceptance.conftest import Shell

GOOD = "module inv(input a, output y); assign y = ~a; endmodule"
BAD = "module inv(input a, output y) assign y = ~a; endmodule"
JOB = ("--from", "instruction", "--to", "verilog", "--check", "elaborate", "--engine", "scripted")


def _runs(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Invert, number {n}."} for n in range(4)])
    fence = "```verilog\n{}\n```".format
    rules = [
        {"id": "r1", "when": "syntax|said", "reply": fence(GOOD)},
        {"id": "r1", "reply": fence(BAD)},
        {"id": "r2", "reply": fence(BAD)},
        {"id": "r3", "reply": ""},
    ]
    shell.write("a.json", [*rules, {"reply": fence(GOOD)}])
    shell.write(
        "b.json", [rules[0] | {"when": None}, {"id": "r0", "reply": fence(BAD)}, {"reply": fence(GOOD)}]
    )
    for name in "ab":
        shell.rtlglot(
            "transform", "in.jsonl", *JOB, "--model", f"{name}.json", "--repair", "1", "-o", f"{name}.jsonl"
        )


def test_report_compare_and_status_of_real_runs(shell: Shell) -> None:
    _runs(shell)
    result = shell.rtlglot("report", "a.jsonl", "-o", "page.html")
    assert result.stdout.startswith("page.html: 4 rows")
    page = (shell.folder / "page.html").read_text()
    assert "4 rows: 2 accepted, 1 rejected, 1 failed, 0 pending." in page

    told = json.loads(shell.rtlglot("report", "a.jsonl", "--json").stdout)
    assert told["mended"] == 1
    assert told["outcomes"]["failed"] == {"empty": 1}

    told = json.loads(shell.rtlglot("compare", "a.jsonl", "b.jsonl.ledger", "--json", "-o", "c.html").stdout)
    assert told["lost"] == ["r0"]
    assert told["gained"] == ["r2", "r3"]
    assert (shell.folder / "c.html").exists()
    shown = shell.rtlglot("compare", "a.jsonl", "b.jsonl").stdout
    assert "4 rows in both: 2 gained, 1 lost" in shown
    assert max(map(len, shown.splitlines())) <= 80

    shown = shell.rtlglot("status", "a.jsonl").stdout
    assert "a.jsonl.ledger: done" in shown
    assert "4 of 4 rows" in shown
    assert json.loads(shell.rtlglot("status", "a.jsonl", "--json").stdout)["rejected_by"] == {"syntax": 1}


def test_a_check_has_a_report_too(shell: Shell) -> None:
    shell.write("rtl.jsonl", [{"id": "good", "verilog": GOOD}, {"id": "bad", "verilog": BAD}, {"id": "none"}])
    shell.rtlglot("check", "rtl.jsonl", "--checks", "elaborate", "-o", "v.jsonl")
    told = json.loads(shell.rtlglot("report", "v.jsonl", "--json").stdout)
    assert told["outcomes"] == {
        "accepted": {"ok": 1}, "rejected": {"check_failed": 1}, "failed": {"missing_field": 1},
    }  # fmt: skip
    assert told["timeline"] is not None
    shell.rtlglot("report", "v.jsonl")
    assert "check of verilog" in (shell.folder / "v.jsonl.report.html").read_text()
    assert "done" in shell.rtlglot("status", "v.jsonl").stdout


def test_what_was_never_a_run_is_said_so(shell: Shell) -> None:
    shell.write("rows.jsonl", [{"id": "a"}])
    for command in (
        ("report", "rows.jsonl"),
        ("status", "rows.jsonl"),
        ("compare", "rows.jsonl", "rows.jsonl"),
    ):
        result = shell.rtlglot(*command, code=2)
        assert "has no ledger beside it" in result.stderr
        assert "Traceback" not in result.stderr
