"""`rtlglot transform --to verilog`: the ladder on what a model wrote, repair, samples, hostile replies."""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from rtlglot.records import CheckStatus
from tests.acceptance.conftest import Shell

REFERENCE = "module RefModule(input [1:0] a, output y);\n  assign y = ^a;\nendmodule\n"
HEADER = "module TopModule(input [1:0] a, output y);"
XOR = f"{HEADER}\n  assign y = a[0] ^ a[1];\nendmodule"
ALSO_XOR = f"{HEADER}\n  assign y = (a[0] | a[1]) & ~(a[0] & a[1]);\nendmodule"
AND = f"{HEADER}\n  assign y = a[0] & a[1];\nendmodule"
LATCH = "module TopModule(input [1:0] a, output reg y);\n  always @* if (a[1]) y = a[0];\nendmodule"
BROKEN = f"{HEADER}\n  assign y = a[0] ^ b;\nendmodule"
TESTBENCH = """
module tb;
  reg [1:0] a; wire y; reg bad;
  integer i;
  TopModule dut(.a(a), .y(y));
  initial begin
    bad = 0;
    for (i = 0; i < 4; i = i + 1) begin a = i; #1; if (y !== ^a) bad = 1; end
    if (bad) $display("FAILED"); else $display("all tests passed");
    $finish;
  end
endmodule
"""
JOB = ("transform", "in.jsonl", "--from", "instruction", "--to", "verilog", "--engine", "scripted")


def fenced(text: str) -> str:
    return f"```verilog\n{text}\n```"


def script(shell: Shell, replies: dict[str, Any], **fields: str) -> tuple[str, ...]:
    """Rows that ask for what is in `replies`, by id, and the flags for the engine that answers so."""
    rows = [{"id": name, "instruction": f"Design number {n}.", **fields} for n, name in enumerate(replies)]
    shell.write("in.jsonl", rows)
    rules = [
        {"id": name, "reply": [fenced(text) for text in ([reply] if isinstance(reply, str) else reply)]}
        for name, reply in replies.items()
    ]
    shell.write("script.json", rules)
    return ("--model", "script.json", "-o", "out.jsonl")


def ended(shell: Shell) -> dict[str, str]:
    """Row -> accepted, or the first line of what was wrong."""
    bad = shell.lines("out.jsonl.failures.jsonl")
    return {row["id"]: "accepted" for row in shell.lines("out.jsonl")} | {
        row["id"]: row["detail"].splitlines()[0] for row in bad
    }


def rungs(shell: Shell, name: str = "out.jsonl") -> dict[str, dict[str, int]]:
    """Check -> status -> how many verdicts the ledger has."""
    found: dict[str, dict[str, int]] = {}
    with sqlite3.connect(shell.folder / f"{name}.ledger") as db:
        for check, status, n in db.execute("SELECT check_, status, count(*) FROM verdicts GROUP BY 1, 2"):
            found.setdefault(check, {})[status] = n
    db.close()
    return found


LADDERS = [
    ((), ["screen", "syntax", "elaborate", "asked", "synth"]),
    (("--check", "none"), []),
    (("--check", "syntax"), ["screen", "syntax"]),
    (("--check", "elaborate,screen"), ["screen", "elaborate"]),
    (("--reference", "ref"), ["screen", "syntax", "elaborate", "asked", "synth", "equivalence"]),
    (("--interface", "hdr"), ["screen", "syntax", "elaborate", "asked", "interface", "synth"]),
    (("--check", "interface", "--interface", "auto", "--reference", "ref"),
     ["screen", "syntax", "elaborate", "asked", "interface"]),
    (("--testbench", "tb"), ["screen", "syntax", "elaborate", "asked", "synth", "testbench"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "asked"), LADDERS, ids=[" ".join(flags) or "default" for flags, _ in LADDERS]
)
def test_the_ladder_is_the_one_that_was_asked_for(
    shell: Shell, flags: tuple[str, ...], asked: list[str]
) -> None:
    model = script(shell, {"a": XOR.replace("TopModule", "RefModule")} if "auto" in flags else {"a": XOR},
                   ref=REFERENCE, hdr=HEADER, tb=TESTBENCH)  # fmt: skip
    result = shell.rtlglot(*JOB, *model, *flags, "--json")
    assert sorted(rungs(shell)) == sorted(asked)
    assert list(json.loads(result.stdout)["rungs"]) == asked
    assert ended(shell) == {"a": "accepted"}


def test_each_rung_says_no_to_its_own(shell: Shell) -> None:
    replies = {
        "good": XOR,
        "include": '`include "x.vh"\n' + XOR,
        "syntax": XOR.replace("y = ", "y == "),
        "undeclared": BROKEN,
        "other": AND,
        "ports": XOR.replace("output y", "output z").replace("assign y", "assign z"),
    }
    model = script(shell, replies, ref=REFERENCE)
    result = shell.rtlglot(*JOB, *model, "--reference", "ref", "--json")
    assert ended(shell) == {
        "good": "accepted",
        "include": "The check 'screen' said fail.",
        "syntax": "The check 'syntax' said fail.",
        "undeclared": "The check 'elaborate' said fail.",
        "other": "The check 'equivalence' said different.",
        "ports": "The check 'equivalence' said ports-differ.",
    }
    said = json.loads(result.stdout)["rungs"]
    assert said["screen"] == {"pass": 5, "fail": 1}
    assert said["elaborate"] == {"pass": 3, "fail": 1}
    assert said["equivalence"] == {"equivalent": 1, "different": 1, "ports-differ": 1}


def test_strict_rejects_what_is_a_warning_otherwise(shell: Shell) -> None:
    model = script(shell, {"latch": LATCH})
    shell.rtlglot(*JOB, *model, "--check", "synth")
    assert ended(shell) == {"latch": "accepted"}
    shell.rtlglot(*JOB, *model, "--check", "synth", "--strict")
    assert ended(shell)["latch"].endswith("said fail.")


def test_the_language_standard_is_kept(shell: Shell) -> None:
    systemverilog = "module TopModule(input logic [1:0] a, output logic y);\n  always_comb y = ^a;\nendmodule"
    model = script(shell, {"sv": systemverilog, "v": XOR})
    shell.rtlglot(*JOB, *model, "--check", "syntax", "--std", "v2001")
    assert ended(shell) == {"v": "accepted", "sv": "The check 'syntax' said fail."}
    shell.rtlglot(*JOB, *model, "--check", "syntax", "--std", "sv2017")
    assert ended(shell) == {"v": "accepted", "sv": "accepted"}


ECHO_MODEL = """
import re
GOOD = {good!r}
BAD = {bad!r}

def answer(request):
    said = request.messages[-1].content
    with open("asked.txt", "a") as file:
        file.write(said + "\\n====\\n")
    return "```verilog\\n" + (GOOD if re.search({when!r}, said) else BAD) + "\\n```"
"""


def test_a_difference_goes_back_with_inputs_and_outputs_until_it_is_mended(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": "a", "instruction": "Design an exclusive or.", "ref": REFERENCE}])
    shell.write("mend.py", ECHO_MODEL.format(good=XOR, bad=AND, when=r"With a = 2'b\d\d"))
    model = ("--model", "mend.py:answer", "-o", "out.jsonl", "--reference", "ref")
    shell.rtlglot(*JOB, *model)
    assert ended(shell) == {"a": "The check 'equivalence' said different."}
    shell.rtlglot(*JOB, *model, "--repair", "2")
    assert ended(shell) == {"a": "accepted"}
    first, second = (shell.folder / "asked.txt").read_text().removesuffix("\n====\n").split("\n====\n")
    assert "Design an exclusive or." in first
    assert "The check 'equivalence' said different." in second
    assert "Output y should be 1 but is 0." in second
    # both texts and what was said of them are in the ledger
    with sqlite3.connect(shell.folder / "out.jsonl.ledger") as db:
        (attempts,) = db.execute("SELECT attempts FROM outcomes WHERE status = 'accepted'").fetchone()
        replies = db.execute("SELECT count(*) FROM replies").fetchone()[0]
    db.close()
    assert [attempt[-1] for attempt in json.loads(attempts)] == [0, 1]
    assert replies == 2


def test_repair_ends_after_so_many_times(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": "a", "instruction": "Design it."}])
    shell.write("never.py", ECHO_MODEL.format(good=XOR, bad=BROKEN, when="no such words"))
    shell.rtlglot(
        *JOB, "--model", "never.py:answer", "-o", "out.jsonl", "--repair", "3", "--set", "engine.log=log"
    )
    assert ended(shell) == {"a": "The check 'elaborate' said fail."}
    assert len(shell.lines("log")) == 4
    assert "'b'" in (shell.folder / "asked.txt").read_text()


CHOICES = [
    ("first", [BROKEN, LATCH, XOR], LATCH),
    ("consensus", [AND, XOR, BROKEN, ALSO_XOR], XOR),
    ("all", [AND, BROKEN, XOR], [AND, XOR]),
]


@pytest.mark.parametrize(("how", "texts", "chosen"), CHOICES, ids=[how for how, *_ in CHOICES])
def test_of_several_samples_one_is_chosen(shell: Shell, how: str, texts: list[str], chosen: Any) -> None:
    model = script(shell, {"a": texts})
    shell.rtlglot(*JOB, *model, "--samples", str(len(texts)), "--choose", how)
    assert shell.lines("out.jsonl")[0]["verilog"] == chosen


def test_best_is_the_one_that_passed_the_highest_rung(shell: Shell) -> None:
    part = f"{HEADER}\n  other u(.a(a), .y(y));\nendmodule"  # incomplete: not rejected, not passed either
    model = script(shell, {"a": [part, XOR]})
    shell.rtlglot(*JOB, *model, "--samples", "2", "--choose", "first")
    assert shell.lines("out.jsonl")[0]["verilog"] == part
    shell.rtlglot(*JOB, *model, "--samples", "2", "--choose", "best")
    assert shell.lines("out.jsonl")[0]["verilog"] == XOR


def test_a_required_header_is_in_the_prompt_and_checked(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": "a", "instruction": "Design it.", "ref": REFERENCE, "tb": TESTBENCH}])
    wrong = XOR.replace("TopModule", "my_xor")
    shell.write("named.py", ECHO_MODEL.format(good=XOR, bad=wrong, when="must be called TopModule"))
    model = ("--model", "named.py:answer", "-o", "out.jsonl")
    auto = ("--reference", "ref", "--testbench", "tb", "--interface", "auto")
    shell.rtlglot(*JOB, *model, *auto)
    assert ended(shell) == {"a": "The check 'interface' said fail."}
    assert HEADER in (shell.folder / "asked.txt").read_text()
    shell.rtlglot(*JOB, *model, *auto, "--repair", "1")
    assert ended(shell) == {"a": "accepted"}
    assert rungs(shell)["testbench"] in ({"pass": 1}, {"unavailable": 1})


HOSTILE = Path(__file__).parents[1] / "cases" / "hostile"
ATTACKS = [
    "constant_loop", "dpi_import", "exponential_instances", "fopen_write", "forged_check", "forged_result",
    "generate_endless", "include_absolute", "include_dev_zero", "macro_bomb", "name_is_path",
    "name_is_shell", "pass_text", "readmemh", "replication_billion", "testbench_reach", "writememh",
]  # fmt: skip


def test_hostile_replies_cost_their_own_rows_a_verdict_and_nothing_else(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No screen before the tools, one batch for all: the neighbours are accepted all the same."""
    outside = tmp_path_factory.mktemp("outside")
    secret, target = outside / "secret", outside / "target"
    secret.write_text("open-sesame-4711\n")
    replies = {}
    for name in ATTACKS:
        text = (HOSTILE / f"{name}.v").read_text()
        replies[name] = text.replace("@SECRET@", str(secret)).replace("@TARGET@", str(target))
        replies[f"beside {name}"] = XOR + f" // {name}"
    model = script(shell, replies, ref=REFERENCE)
    before = sorted(shell.folder.iterdir())
    limits = ("syntax.cpu_s=2", "elaborate.cpu_s=2", "synth.cpu_s=1", "equivalence.limit_s=2")
    settings = [word for limit in limits for word in ("--set", f"check.{limit}")]
    rungs_asked = "syntax,elaborate,synth,equivalence"
    shell.rtlglot(*JOB, *model, "--reference", "ref", "--check", rungs_asked, *settings)

    outcome = ended(shell)
    assert sorted(outcome) == sorted(replies)
    for name in ATTACKS:
        assert outcome[f"beside {name}"] == "accepted"
    assert not target.exists()
    assert [path.name for path in outside.iterdir()] == ["secret"]
    new = {path.name for path in shell.folder.iterdir()} - {path.name for path in before}
    assert all(name.startswith("out.jsonl") for name in new)
    with sqlite3.connect(shell.folder / "out.jsonl.ledger") as db:
        verdicts = db.execute("SELECT check_, status, findings, data FROM verdicts").fetchall()
    db.close()
    known = {status.value for status in CheckStatus}
    for check, status, findings, data in verdicts:
        assert check in rungs_asked.split(",")
        assert status in known
        assert "open-sesame" not in findings + data
        assert "rtlglot-box-" not in findings
        assert str(Path(sys.prefix)) not in findings
    proved = sum(status == "equivalent" for check, status, *_ in verdicts if check == "equivalence")
    assert proved == len(ATTACKS)


def test_a_screened_reply_meets_no_tool(shell: Shell) -> None:
    names = ("fopen_read", "writememh", "include_absolute")
    replies = {name: (HOSTILE / f"{name}.v").read_text() for name in names}
    replies["half a character"] = XOR.replace("assign", "// \ud800\n  assign")
    shell.rtlglot(*JOB, *script(shell, replies))
    assert set(ended(shell).values()) == {"The check 'screen' said fail."}
    assert rungs(shell) == {"screen": {"fail": 4}}


def test_no_design_is_accepted_unexamined(shell: Shell) -> None:
    flags = script(shell, {"fine": XOR})
    hurried = ("--set", "check.synth.cpu_s=0.001")
    shell.rtlglot(*JOB, *flags, *hurried)
    (row,) = shell.lines("out.jsonl.failures.jsonl")
    assert (row["status"], row["reason"], row["text"]) == ("rejected", "unexamined", XOR)
    assert "'synth' said timeout" in row["detail"]
    assert "of CPU time" in row["detail"]
    page = json.loads(shell.rtlglot("report", "out.jsonl", "--json").stdout)
    synth = next(stage for stage in page["stages"] if stage["name"] == "synth")
    assert [(leaf["reason"], leaf["rows"]) for leaf in synth["lost"]] == [("unexamined", 1)]
    shell.rtlglot(*JOB, *flags, "--redo", "unexamined")
    assert ended(shell) == {"fine": "accepted"}
