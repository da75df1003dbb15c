"""`rtlglot check`, end to end: verdicts, tables, what it refuses, and how it is stopped and resumed."""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Shell

GOOD = "module m(input a, b, output y);\n  assign y = a & b;\nendmodule\n"
ROWS: list[dict[str, Any]] = [
    {"id": "good", "verilog": GOOD},
    {"id": "syntax", "verilog": "module m(input a, output y)\n  assign y = a;\nendmodule\n"},
    {"id": "undeclared", "verilog": "module m(input a, output y);\n  assign y = a & c;\nendmodule\n"},
    {"id": "part", "verilog": "module m(input a, output y);\n  other u(.a(a), .y(y));\nendmodule\n"},
    {"id": "include", "verilog": '`include "/etc/passwd"\nmodule m(output y);\nassign y = 0;\nendmodule\n'},
    {"id": "latch", "verilog": "module m(input a, e, output reg y);\n  always @* if (e) y = a;\nendmodule\n"},
    {"id": "none", "verilog": ""},
    {"id": "listed", "verilog": [GOOD]},
]


def statuses(row: dict[str, Any]) -> dict[str, str]:
    return {name: verdict["status"] for name, verdict in row["verdicts"].items()}


def slow_rows(number: int) -> list[dict[str, Any]]:
    """Designs that differ, each some time's work for synthesis."""
    text = "module m(input [31:0] a, b, output [63:0] y);\n  assign y = a * b + {};\nendmodule\n"
    return [{"id": f"r{n}", "verilog": text.format(n)} for n in range(number)]


def test_every_row_gets_a_verdict_on_every_rung(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    result = shell.rtlglot("check", "in.jsonl", "-o", "v.jsonl")
    rows = {row["id"]: row for row in shell.lines("v.jsonl")}
    assert list(rows) == [row["id"] for row in ROWS]
    for row in rows.values():
        assert list(row) == ["id", "status", "reason", "assurance", "verdicts", "tools"]
        assert list(row["verdicts"]) == ["screen", "syntax", "elaborate", "synth"]
        for verdict in row["verdicts"].values():
            assert {"status", "findings", "seconds"} <= set(verdict)
            for finding in verdict["findings"]:
                assert set(finding) == {"severity", "code", "line", "column", "message"}
    assert list(statuses(rows["good"]).values()) == ["pass"] * 4
    assert list(statuses(rows["listed"]).values()) == ["pass"] * 4
    assert list(statuses(rows["syntax"]).values()) == ["pass", "fail", "skipped", "skipped"]
    assert list(statuses(rows["undeclared"]).values()) == ["pass", "pass", "fail", "skipped"]
    assert list(statuses(rows["part"]).values()) == ["pass", "pass", "incomplete", "incomplete"]
    assert list(statuses(rows["include"]).values()) == ["incomplete"] * 4
    assert list(statuses(rows["none"]).values()) == ["skipped"] * 4
    (finding,) = rows["undeclared"]["verdicts"]["elaborate"]["findings"]
    assert (finding["severity"], finding["code"], finding["line"]) == ("error", "UndeclaredIdentifier", 2)
    assert rows["latch"]["verdicts"]["synth"]["latches"] == 1
    assert "pyosys" in rows["good"]["tools"]
    assert "8 rows = 5 that no check said no to + 2 rejected + 1 without a text" in result.stdout


def test_every_row_ends_once_and_says_how_sure_that_is(shell: Shell) -> None:
    rows = [*ROWS, {"id": "good", "verilog": GOOD}]  # verdicts need no unique ids
    shell.write("in.jsonl", rows)
    shell.rtlglot("check", "in.jsonl", "-o", "v.jsonl")
    ended = [(r["id"], r["status"], r["reason"], r["assurance"]) for r in shell.lines("v.jsonl")]
    assert ended == [
        ("good", "accepted", "ok", "synthesised"),
        ("syntax", "rejected", "check_failed", "none"),
        ("undeclared", "rejected", "check_failed", "none"),
        ("part", "accepted", "ok", "none"),
        ("include", "accepted", "ok", "none"),  # its parts are elsewhere: neither good nor broken
        ("latch", "accepted", "ok", "synthesised"),
        ("none", "failed", "missing_field", "none"),
        ("listed", "accepted", "ok", "synthesised"),
        ("good", "accepted", "ok", "synthesised"),
    ]
    found = json.loads(shell.rtlglot("status", "v.jsonl", "--json").stdout)
    assert found["assurances"] == {"synthesised": 4, "none": 2}
    assert found["rejected_by"] == {"syntax": 1, "elaborate": 1}
    shell.rtlglot("check", "in.jsonl", "-o", "v.jsonl", "--require", "synthesised")
    (part,) = [row for row in shell.lines("v.jsonl") if row["id"] == "part"]
    assert (part["status"], part["reason"]) == ("rejected", "unexamined")


def test_strict_rejects_a_latch(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    shell.rtlglot("check", "in.jsonl", "-o", "v.jsonl", "--checks", "synth", "--strict")
    rows = {row["id"]: row for row in shell.lines("v.jsonl")}
    assert rows["good"]["verdicts"]["synth"]["status"] == "pass"
    assert "fail" in statuses(rows["latch"]).values()


def test_tables_and_the_summary_as_json(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    shell.rtlglot("check", "in.jsonl", "-o", "v.csv")
    with open(shell.folder / "v.csv", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert rows["undeclared"]["elaborate_status"] == "fail"
    assert rows["undeclared"]["elaborate_findings"].startswith("error line 2: ")
    assert json.loads(rows["latch"]["synth_data"])["latches"] == 1
    result = shell.rtlglot("check", "in.jsonl", "-o", "v.jsonl", "--json")
    summary = json.loads(result.stdout)
    assert (summary["rows"], summary["good"], summary["rejected"], summary["empty"]) == (8, 5, 2, 1)
    assert summary["rungs"]["syntax"] == {"pass": 5, "incomplete": 1, "skipped": 1, "fail": 1}


def test_parquet(shell: Shell) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", exc_type=ImportError)
    shell.write("in.jsonl", ROWS)
    shell.rtlglot("check", "in.jsonl", "-o", "v.parquet", "--checks", "syntax")
    table = parquet.read_table(shell.folder / "v.parquet").to_pylist()
    assert [row["syntax_status"] for row in table].count("fail") == 1
    assert [row["id"] for row in table] == [row["id"] for row in ROWS]


def test_a_folder_of_verilog(shell: Shell) -> None:
    (shell.folder / "rtl" / "sub").mkdir(parents=True)
    (shell.folder / "rtl" / "a.v").write_text(GOOD)
    (shell.folder / "rtl" / "sub" / "b.sv").write_text(
        "module b(output logic y); always_comb y = x; endmodule\n"
    )
    shell.rtlglot("check", "rtl", "-o", "v.jsonl", "--checks", "elaborate")
    found = {row["id"]: statuses(row)["elaborate"] for row in shell.lines("v.jsonl")}
    assert found == {"a.v": "pass", "sub/b.sv": "fail"}


def test_ones_own_field_is_taken_for_verilog_and_compared(shell: Shell) -> None:
    other = GOOD.replace("&", "|").replace("module m", "module answer")
    row = {"task": "t", "answer": other, "ref": GOOD}
    shell.write("in.jsonl", [row, {"task": "u", "answer": other.replace("|", "&"), "ref": GOOD}])
    shell.rtlglot(
        "check", "in.jsonl", "--id", "task", "--field", "answer", "--reference", "ref", "-o", "v.jsonl"
    )
    different, equivalent = (row["verdicts"]["equivalence"] for row in shell.lines("v.jsonl"))
    assert equivalent["status"] == "equivalent"
    assert equivalent["semantics"] == "x"
    assert different["status"] == "different"
    first = different["trace"]["first"]
    assert (first["step"], first["output"]) == (0, "y")
    assert {first["expected"], first["got"]} == {"0", "1"}
    assert "confirmed" in different
    assert "Output y should be" in different["findings"][0]["message"]


TESTBENCH = """
module tb;
  reg a, b; wire y;
  m dut(.a(a), .b(b), .y(y));
  initial begin
    a = 1; b = 0; #1;
    if (y !== 0) $display("FAILED");
    a = 1; b = 1; #1;
    if (y !== 1) $display("FAILED"); else $display("all passed");
    $finish;
  end
endmodule
"""


def test_a_testbench_and_the_header_that_it_needs(shell: Shell) -> None:
    cheat = 'module m(input a, b, output y);\n  initial $display("all passed");\nendmodule\n'
    texts = {"good": GOOD, "wrong": GOOD.replace("&", "|"), "cheat": cheat,
             "narrow": GOOD.replace("output y", "output y, input c")}  # fmt: skip
    shell.write("in.jsonl", [{"id": n, "verilog": t, "ref": GOOD, "tb": TESTBENCH} for n, t in texts.items()])
    shell.rtlglot("check", "in.jsonl", "--testbench", "tb", "-o", "v.jsonl")
    rows = {row["id"]: row for row in shell.lines("v.jsonl")}
    if statuses(rows["good"])["testbench"] != "unavailable":
        assert statuses(rows["good"])["testbench"] == "pass"
        assert statuses(rows["wrong"])["testbench"] == "fail"
    assert statuses(rows["cheat"])["screen"] == "fail"
    shell.rtlglot(
        "check",
        "in.jsonl",
        "--reference",
        "ref",
        "--interface",
        "auto",
        "--checks",
        "interface",
        "-o",
        "i.jsonl",
    )
    found = {row["id"]: statuses(row)["interface"] for row in shell.lines("i.jsonl")}
    assert (found["good"], found["narrow"]) == ("pass", "fail")


def test_texts_about_a_design(shell: Shell) -> None:
    true = "The module m drives its output y with the AND of its inputs a and b."
    texts = {"true": true, "refusal": "I'm sorry, but I can't help with that.",
             "width": "The module m has two 8-bit inputs a and b, and y is their AND."}  # fmt: skip
    shell.write("in.jsonl", [{"id": n, "description": t, "verilog": GOOD} for n, t in texts.items()])
    shell.rtlglot("check", "in.jsonl", "--field", "description", "--reference", "verilog", "-o", "v.jsonl")
    found = {row["id"]: statuses(row) for row in shell.lines("v.jsonl")}
    assert found["true"] == {"wording": "pass", "fidelity": "pass"}
    assert found["refusal"] == {"wording": "fail", "fidelity": "skipped"}
    assert found["width"] == {"wording": "pass", "fidelity": "fail"}
    # under a name of one's own, the rungs tell that it is prose
    renamed = ("--map", "text=description", "--field", "text", "--checks", "wording,fidelity")
    shell.rtlglot("check", "in.jsonl", *renamed, "--reference", "verilog", "-o", "w.jsonl")
    assert {row["id"]: statuses(row) for row in shell.lines("w.jsonl")} == found


BAD = [
    (("--checks", "sintax"), "did you mean 'syntax'"),
    (("--checks", "none"), "no checks are asked for"),
    (("--checks", "wording"), "not for verilog"),
    (("--checks", "testbench"), "--testbench"),
    (("--checks", "syntax,equivalence"), "--reference"),
    (("--interface", "auto"), "--reference"),
    (("--field", "verlog"), "did you mean 'verilog'"),
    (("--reference", "rev"), "no row has a field 'rev'"),
    (("--set", "check.synth.strickt=1"), "'strict'"),
    (("--set", "engine.delay_s=1"), "there is no engine here"),
]


@pytest.mark.parametrize(("flags", "words"), BAD, ids=[" ".join(flags) for flags, _ in BAD])
def test_what_cannot_be_meant_is_refused_by_name(shell: Shell, flags: tuple[str, ...], words: str) -> None:
    shell.write("in.jsonl", ROWS)
    result = shell.rtlglot("check", "in.jsonl", "-o", "v.jsonl", *flags, code=2)
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert not (shell.folder / "v.jsonl").exists()


def test_bad_input_and_foreign_output_are_named(shell: Shell) -> None:
    shell.write("broken.jsonl", '{"id": 1, "verilog": "x"}\n{"id": 2, \n')
    result = shell.rtlglot("check", "broken.jsonl", "-o", "v.jsonl", code=2)
    assert "broken.jsonl, line 2" in result.stderr
    shell.write("in.jsonl", ROWS)
    shell.write("mine.jsonl", "precious\n")
    result = shell.rtlglot("check", "in.jsonl", "-o", "mine.jsonl", code=2)
    assert "no ledger beside it" in result.stderr
    assert (shell.folder / "mine.jsonl").read_text() == "precious\n"


def started(shell: Shell, *arguments: str) -> "subprocess.Popen[str]":
    """The command, once its ledger holds some verdicts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rtlglot", "check", *arguments],
        cwd=shell.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while kept(shell.folder) < 8:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def kept(folder: Path) -> int:
    """How many verdicts of synth the ledger has."""
    import sqlite3

    path = folder / "v.jsonl.ledger"
    if not path.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM verdicts WHERE check_ = 'synth'").fetchone()[0])
    except sqlite3.OperationalError:  # it is just being made
        return 0
    finally:
        if "db" in locals():
            db.close()


@pytest.mark.parametrize(
    ("number", "word", "code"), [(signal.SIGINT, "interrupted", 130), (signal.SIGTERM, "stopped", 75)]
)
def test_a_signal_ends_it_in_good_order_and_the_same_command_goes_on(
    shell: Shell, number: signal.Signals, word: str, code: int
) -> None:
    shell.write("in.jsonl", slow_rows(400))
    process = started(shell, "in.jsonl", "-o", "v.jsonl")
    process.send_signal(number)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert f"{word}; resume with: rtlglot check in.jsonl" in errors
    assert "not done yet" in said
    first = shell.lines("v.jsonl")
    assert len(first) == 400
    done = [row for row in first if statuses(row)["synth"] == "pass"]
    assert 8 <= len(done) < 400
    assert any(
        row["verdicts"]["synth"]["findings"][0]["code"] == "not-asked" for row in first if row not in done
    )

    shell.rtlglot("check", "in.jsonl", "-o", "v.jsonl")
    second = shell.lines("v.jsonl")
    assert all(statuses(row)["synth"] == "pass" for row in second)
    # what was kept is not worked out again: its seconds are the same to the microsecond
    assert all(row in second for row in done)


def test_a_killed_check_keeps_its_verdicts(shell: Shell) -> None:
    shell.write("in.jsonl", slow_rows(200))
    process = started(shell, "in.jsonl", "-o", "v.jsonl")
    process.kill()
    process.communicate()
    before = kept(shell.folder)
    assert 8 <= before < 200
    assert not (shell.folder / "v.jsonl").exists()
    shell.rtlglot("check", "in.jsonl", "-o", "v.jsonl")
    rows = shell.lines("v.jsonl")
    assert len(rows) == 200
    assert all(statuses(row)["synth"] == "pass" for row in rows)


def test_a_check_that_breaks_costs_its_own_row_a_verdict(shell: Shell) -> None:
    shell.write(
        "frail.py",
        "from rtlglot.checks import Check\n"
        "from rtlglot.records import CheckStatus, Verdict\n"
        "class Frail(Check):\n"
        "    name = 'frail'\n"
        "    def __init__(self, options): pass\n"
        "    def identity(self): return {'check': self.name}\n"
        "    def applies(self, context): return True\n"
        "    async def check(self, text, context, box):\n"
        "        if 'boom' in text: raise RecursionError\n"
        "        return Verdict(self.name, CheckStatus.PASS, data={'half': '\\ud800'})\n",
    )
    shell.write("in.jsonl", [{"id": "a", "verilog": GOOD}, {"id": "b", "verilog": "// boom\n" + GOOD}])
    shell.rtlglot("check", "in.jsonl", "--checks", "syntax,frail:Frail", "-o", "v.jsonl")
    a, b = shell.lines("v.jsonl")
    assert statuses(a) == {"syntax": "pass", "frail": "pass"}
    assert a["verdicts"]["frail"]["half"] == "?"
    assert statuses(b) == {"syntax": "pass", "frail": "error"}
    assert "RecursionError" in b["verdicts"]["frail"]["findings"][0]["message"]


@pytest.mark.parametrize("field", ["verilog", "description"])
def test_a_text_with_a_nul_gets_its_verdict(shell: Shell, field: str) -> None:
    text = "The module m has two 8-bit inputs a and b,\x00 and y is their AND."
    shell.write("in.jsonl", [{"id": "a", field: text, "ref": GOOD}])
    shell.rtlglot("check", "in.jsonl", "--field", field, "--reference", "ref", "-o", "v.jsonl")
    (row,) = shell.lines("v.jsonl")
    assert "fail" in statuses(row).values()
