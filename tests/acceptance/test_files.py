"""What is typed first: `rtlglot check decoder.sv`, `rtlglot equiv a.v b.v`; one command cleans a dataset."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rtlglot.tools.simulator import icarus
from tests.acceptance.conftest import Shell

GOLD = """\
module counter(input clk, input rst, input [3:0] d, output reg [7:0] q);
  always @(posedge clk) if (rst) q <= 0; else q <= q + d;
endmodule
"""
WRONG = GOLD.replace("q + d", "q - d")
SAME = GOLD.replace("q + d", "d + q")
MUX = "module mux(input a, b, sel, output y);\n  assign y = sel ? a : b;\nendmodule\n"
BAD = "module m(input a, output y);\n  assign y = a & c;\nendmodule\n"


def test_one_file_is_told_here_and_leaves_nothing(shell: Shell) -> None:
    shell.write("mux.sv", MUX)
    shell.write("bad.v", BAD)
    told = shell.rtlglot("check", "mux.sv").stdout
    assert told.startswith("mux.sv: accepted, synthesised\n")
    result = shell.rtlglot("check", "bad.v", code=1)
    assert "bad.v: rejected" in result.stdout
    assert "elaborate    fail" in result.stdout
    assert "2:18: error: use of undeclared identifier" in result.stdout
    assert "      assign y = a & c;" in result.stdout
    assert result.stderr == ""
    piped = shell.rtlglot("check", "-", stdin=BAD, code=1).stdout
    assert piped.replace("standard input", "bad.v") == result.stdout
    assert sorted(path.name for path in shell.folder.iterdir()) == ["bad.v", "mux.sv"]


def test_several_files_against_one_reference(shell: Shell) -> None:
    for name, text in (("gold.v", GOLD), ("wrong.v", WRONG), ("same.v", SAME)):
        shell.write(name, text)
    told = shell.rtlglot("check", "wrong.v", "same.v", "--reference", "gold.v", code=1).stdout
    wrong, _, same = told.partition("\n\nsame.v: ")
    assert "equivalence  different" in wrong
    assert "q[7:0] should be" in wrong
    assert "^^^" in wrong
    assert same.startswith("accepted, proved\n")
    found = json.loads(
        shell.rtlglot("check", "wrong.v", "same.v", "--reference", "gold.v", "--json", code=1).stdout
    )
    assert [(each["id"], each["status"]) for each in found["designs"]] == [
        ("wrong.v", "rejected"),
        ("same.v", "accepted"),
    ]
    missing = shell.rtlglot("check", "same.v", "--reference", "gold_.v", code=2).stderr
    assert "gold_.v: cannot be read: No such file" in missing


def test_what_a_reference_in_a_file_says_is_part_of_what_was_checked(shell: Shell) -> None:
    shell.write("gold.v", GOLD)
    shell.write("rows.jsonl", [{"id": "a", "verilog": SAME}])
    command = ("check", "rows.jsonl", "--reference", "gold.v", "-o", "v.jsonl", "--keep", "k.jsonl")
    shell.rtlglot(*command)
    assert [(row["id"], row["assurance"]) for row in shell.lines("k.jsonl")] == [("a", "proved")]
    assert "gold.v" not in shell.lines("k.jsonl")[0]
    shell.write("gold.v", WRONG)
    shell.rtlglot(*command)
    assert [row["status"] for row in shell.lines("v.jsonl")] == ["rejected"]
    assert shell.lines("k.jsonl") == []


@pytest.mark.skipif(icarus.installed() is None, reason="needs Icarus Verilog")
def test_equiv_proves_or_shows_where_the_two_differ(shell: Shell) -> None:
    for name, text in (("gold.v", GOLD), ("wrong.v", WRONG), ("same.v", SAME), ("mux.v", MUX)):
        shell.write(name, text)
    assert shell.rtlglot("equiv", "gold.v", "same.v").stdout.startswith("equivalent: proved\n")
    told = shell.rtlglot("equiv", "gold.v", "wrong.v", "--vcd", "d.vcd", code=1).stdout
    assert told.startswith("different\n")
    assert "confirmed in Icarus Verilog" in told
    assert "clk " in told
    assert "waveform written to d.vcd" in told
    assert "$var wire 8" in (shell.folder / "d.vcd").read_text()
    ports = shell.rtlglot("equiv", "gold.v", "mux.v", code=1).stdout
    assert ports.startswith("different: the ports are not the same\n  input clk (1 bit) is missing\n")
    found = json.loads(shell.rtlglot("equiv", "gold.v", "wrong.v", "--json", code=1).stdout)
    assert found["status"] == "different"
    assert found["data"]["trace"]["clock"] == "clk"


def test_equiv_that_cannot_be_said_has_an_exit_code_of_its_own(shell: Shell) -> None:
    shell.write("gold.v", "module m(input a, output y); other o(.a(a), .y(y)); broken")
    shell.write("mine.v", "module m(input a, output y); assign y = a; endmodule")
    told = shell.rtlglot("equiv", "gold.v", "mine.v", code=4).stdout
    assert told.startswith("cannot say: ")
    assert "the reference" in told
    assert "no such file" in shell.rtlglot("equiv", "gold.v", "nothing.v", code=2).stderr


def test_a_combinational_difference_is_a_line_of_a_truth_table(shell: Shell) -> None:
    shell.write("gold.v", MUX)
    shell.write("mine.v", MUX.replace("a : b", "b : a"))
    lines = shell.rtlglot("equiv", "gold.v", "mine.v", code=1).stdout.splitlines()
    head = next(line for line in lines if "should be" in line)
    assert head.split() == ["a", "b", "sel", "│", "y", "should", "be", "is"]
    a, b, sel, _, wanted, got = lines[lines.index(head) + 2].split()
    assert wanted == (a if sel == "1" else b)
    assert got == (b if sel == "1" else a)


ROWS: dict[str, Any] = {
    "good": {"Instruction": "a multiplexer", "Response": [MUX], "cost": 1.50},
    "bad": {"Instruction": "something", "Response": [BAD], "cost": 2},
    "none": {"Instruction": "nothing", "Response": "", "cost": 3},
}


def test_a_downloaded_dataset_is_cleaned_with_one_command(shell: Shell) -> None:
    shell.write("rows.json", ROWS)
    result = shell.rtlglot(
        "check", "rows.json", "--field", "Response", "--keep", "clean.json", "--drop", "bad.json"
    )
    assert "bad: elaborate fail: line 2: use of undeclared identifier 'c'" in result.stdout
    assert "none: missing field: the row has no Response" in result.stdout
    clean, bad = shell.json("clean.json"), shell.json("bad.json")
    assert clean == {
        "good": {**ROWS["good"], "status": "accepted", "reason": "ok", "assurance": "synthesised"}
    }
    assert {name: row["reason"] for name, row in bad.items()} == {
        "bad": "check_failed",
        "none": "missing_field",
    }
    assert bad["bad"]["Response"] == [BAD]
    assert "undeclared identifier" in bad["bad"]["detail"]
    assert (shell.folder / "clean.json.report.html").exists()
    assert not (shell.folder / "rows_verdicts.jsonl").exists()
    assert json.loads(shell.rtlglot("status", "clean.json", "--json").stdout)["total"] == 3
    shell.rtlglot("export", "clean.json", "--format", "alpaca", "--min-status", "synth", "-o", "sft.jsonl")
    assert shell.lines("sft.jsonl") == [{"instruction": "a multiplexer", "input": "", "output": MUX}]


def test_the_verdicts_have_a_name_by_default_and_outputs_are_not_inputs(shell: Shell) -> None:
    shell.write("rows.json", ROWS)
    told = shell.rtlglot("check", "rows.json", "--field", "Response", "--no-report").stdout
    assert "written: rows_verdicts.jsonl" in told
    assert [row["status"] for row in shell.lines("rows_verdicts.jsonl")] == ["accepted", "rejected", "failed"]
    assert not (shell.folder / "rows_verdicts.jsonl.report.html").exists()
    clash = shell.rtlglot("check", "rows.json", "--keep", "rows.json", code=2).stderr
    assert "is the input" in clash
    twice = shell.rtlglot("check", "rows.json", "--keep", "x.json", "--drop", "x.json", code=2).stderr
    assert "one file" in twice
    shell.write("mine.json", {})
    foreign = shell.rtlglot("check", "rows.json", "-o", "v.jsonl", "--drop", "mine.json", code=2).stderr
    assert "mine.json exists" in foreign
    assert shell.json("mine.json") == {}


def test_each_step_of_a_chain_keeps_its_own_status(shell: Shell) -> None:
    """Three runs, each on the last one's output: every one's word stays, and the card lists them."""
    pytest.importorskip("pyarrow")
    pytest.importorskip("datasketch")
    text = "A multiplexer with the inputs a, b and sel and the output y."
    shell.write("words.json", [{"reply": text}])
    shell.write("asked.json", [{"reply": "Design a multiplexer that puts a or b on y as sel says."}])
    shell.write("code.json", [{"reply": f"```verilog\n{MUX}```"}])
    shell.write("rows.jsonl", [{"id": "a", "verilog": MUX}])

    def step(source: str, target: str, model: str, input_: str, output: str) -> None:
        shell.rtlglot(
            "transform", input_, "--from", source, "--to", target, "--engine", "scripted",
            "--model", model, "-o", output,
        )  # fmt: skip

    shell.rtlglot("check", "rows.jsonl", "--check", "syntax", "--keep", "one.jsonl")
    step("verilog", "description", "words.json", "one.jsonl", "two.jsonl")
    step("description", "instruction", "asked.json", "two.jsonl", "three.jsonl")
    step("instruction", "verilog", "code.json", "three.jsonl", "four.jsonl")
    (row,) = shell.lines("four.jsonl")
    assert {name: value for name, value in row.items() if name.endswith("assurance")} == {
        "step1_assurance": "none",
        "step2_assurance": "read",
        "step3_assurance": "read",
        "assurance": "proved",
    }
    assert (row["step1_status"], row["step3_reason"], row["status"]) == ("accepted", "ok", "accepted")
    shell.rtlglot("export", "four.jsonl", "--format", "hf", "-o", "set")
    card = (shell.folder / "set" / "README.md").read_text()
    steps = [
        line.split(" | ")[:2] for line in card.splitlines() if line.startswith(("| 1", "| 2", "| 3", "| 4"))
    ]
    assert steps == [
        ["| 1", "check of verilog"],
        ["| 2", "verilog -&gt; description"],
        ["| 3", "description -&gt; instruction"],
        ["| 4", "instruction -&gt; verilog"],
    ]
