"""`rtlglot roundtrip`: texts scored by what is built from them, on answers that are known."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from tests.acceptance.conftest import Shell

UP = """module tick(input clk, input rst, input en, output reg [3:0] q, output full);
  assign full = (q == 4'd12) & en;
  always @(posedge clk)
    if (rst) q <= 4'd0;
    else if (en) q <= (q == 4'd12) ? 4'd0 : q + 4'd3;
endmodule
"""
TRUE = "The counter q goes up by three on a rising clk while en is high, from twelve to zero. rst clears it."
FALSE = "The counter q goes down by three on a rising clk while en is high. rst clears it."
HALF = "The counter q goes up by three on a rising clk while en is high and wraps. rst clears it."
MODEL = f'''
import re

UP = """{UP}"""
BUILT = {{
    "goes down": UP.replace("q + 4'd3", "q - 4'd3"),
    "and wraps": UP.replace("(q == 4'd12) ? 4'd0 : ", ""),
    "goes up": UP.replace("4'd12", "12").replace("if (rst) q <= 4'd0;", "if (rst == 1) q <= 0;"),
    "assign full": UP,
}}

def answer(request):
    """Builds what the text says; describes with a half-true text, and mends that by its counterexample."""
    said = request.messages[-1].content
    if "was checked and is not right" in said:
        assert "There the design gives q =" in said and "what was built from the text gives" in said, said
        return "{TRUE}"
    if said.startswith("Verilog:"):
        return "" if "nothing_to_say" in said else "{HALF}"
    built = next((text for key, text in BUILT.items() if key in said), "I cannot.")
    return f"```verilog\\n{{built}}\\n```"
'''


def rows() -> list[dict[str, Any]]:
    texts = {"true": TRUE, "false": FALSE, "half": "", "pasted": f"It is this:\n{UP}"}
    found = [{"id": id_, "verilog": UP, "description": text} for id_, text in texts.items()]
    return [*found, {"id": "empty", "verilog": UP.replace("tick", "nothing_to_say"), "description": " "}]


def job(*more: str) -> list[str]:
    command = ["roundtrip", "rows.jsonl", "-o", "out.jsonl", "--rebuilds", "2", "--refine", "1"]
    return [*command, "--engine", "scripted", "--model", "model.py:answer", *more]


def outcomes(shell: Shell) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for name in ("", ".failures.jsonl") for row in shell.lines(f"out.jsonl{name}")}


def test_known_texts_get_the_scores_that_they_deserve(shell: Shell) -> None:
    shell.write("rows.jsonl", rows())
    shell.write("model.py", MODEL)
    # what is refined gets better; a false one is tried as it is
    shell.write("first.jsonl", [row for row in rows() if row["id"] in ("false", "pasted", "true")])
    shell.rtlglot("roundtrip", "first.jsonl", *job("--refine", "0")[2:])
    found = outcomes(shell)
    assert {id_: row["roundtrip"]["score"] for id_, row in found.items()} == {
        "true": 1,
        "false": 0,
        "pasted": 1,
    }
    ended = {id_: (row["status"], row["reason"], row["assurance"]) for id_, row in found.items()}
    assert ended["true"] == ("accepted", "ok", "rebuilt")
    assert ended["false"][:2] == ("rejected", "check_failed")
    assert ended["pasted"][:2] == ("rejected", "leak")
    assert found["pasted"]["roundtrip"]["leak"] == 1
    assert found["false"]["roundtrip"]["ended"] == "2 different"
    assert "There the design gives" in found["false"]["detail"]

    for name in shell.folder.glob("out.jsonl*"):
        name.unlink()
    told = json.loads(shell.rtlglot(*job("--json", "--max-leak", "1")).stdout)
    found = outcomes(shell)
    scores = {id_: row["roundtrip"]["score"] for id_, row in found.items()}
    assert scores == {"true": 1, "false": 1, "half": 1, "pasted": 1, "empty": 0}
    assert (found["half"]["description"], found["false"]["description"]) == (TRUE, TRUE)
    assert found["empty"]["reason"] == "empty"
    assert told["score"] == pytest.approx(0.8)
    assert (shell.folder / "out.jsonl.report.html").exists()
    again = json.loads(shell.rtlglot(*job("--json", "--max-leak", "1")).stdout)
    assert (again["requests"], again["score"], again["kept"]) == (0, told["score"], 5)

    page = json.loads(shell.rtlglot("report", "out.jsonl", "--json").stdout)
    assert page["rebuilt"]["bars"] == [0] * 10 + [4]
    assert page["rebuilt"]["ended"] == {"proved": 8}
    assert page["rebuilt"]["mean"] == told["score"]

    best = shell.rtlglot("export", "out.jsonl", "--format", "prompt-completion", "-o", "best.jsonl")
    assert "4" in best.stdout
    none = shell.rtlglot(
        "export", "out.jsonl", "--format", "prompt-completion", "-o", "none.jsonl", "--min-roundtrip", "1",
        "--only", "any",
    )  # fmt: skip
    assert len(shell.lines("none.jsonl")) == 4, none.stdout


def test_a_text_that_only_gets_better_by_pasting_ends_as_a_leak(shell: Shell) -> None:
    shell.write("rows.jsonl", [{"id": "a", "verilog": UP, "description": FALSE}])
    shell.write("model.py", MODEL.replace(f'        return "{TRUE}"', '        return "It is:\\n" + UP'))
    shell.rtlglot(*job())
    (row,) = shell.lines("out.jsonl.failures.jsonl")
    assert (row["reason"], row["roundtrip"]["score"]) == ("leak", 1)


def test_redo_asks_for_the_rebuilds_of_a_text_anew(shell: Shell) -> None:
    shell.write("rows.jsonl", [{"id": "a", "verilog": UP, "description": FALSE}])
    shell.write("model.py", MODEL)
    first = json.loads(shell.rtlglot(*job("--json", "--refine", "0")).stdout)
    redone = json.loads(shell.rtlglot(*job("--json", "--refine", "0", "--redo", "rejected")).stdout)
    assert (first["requests"], redone["requests"]) == (2, 2)


def test_inside_transform_the_cheap_rungs_go_first(shell: Shell) -> None:
    wrong = "On the falling edge of clk the 7-bit output q goes up by three. The input load clears it."
    shell.write(
        "rows.jsonl", [{"id": "a", "verilog": UP}, {"id": "b", "verilog": UP.replace("tick", "other")}]
    )
    replies = [{"when": "module other", "reply": wrong}, {"when": "^Verilog", "reply": TRUE}]
    replies += [{"when": "goes up", "reply": f"```verilog\n{UP.replace('tick', 'built')}```"}]
    shell.write("replies.jsonl", replies)
    done = shell.rtlglot(
        "transform", "rows.jsonl", "--from", "verilog", "--to", "description", "--verify", "roundtrip",
        "--engine", "scripted", "--model", "replies.jsonl", "-o", "out.jsonl", "--json",
        "--set", "check.roundtrip.rebuilds=1",
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["assurances"] == {"rebuilt": 1}
    assert (told["rungs"]["fidelity"], told["rungs"]["roundtrip"]) == ({"pass": 1, "fail": 1}, {"pass": 1})
    assert told["requests"] == 3


def test_the_rebuilder_has_an_engine_of_its_own_and_gets_what_is_given(shell: Shell) -> None:
    shell.write("rows.jsonl", [{"id": "a", "verilog": UP, "description": TRUE}])
    build = f"""def answer(request):
    open('asked.txt', 'w').write(request.messages[-1].content)
    return '''```verilog\n{UP}```'''
"""
    shell.write("build.py", build)
    given = {"text": 0, "text+name": 1, "text+interface": 2}
    for name, lines in given.items():
        shell.rtlglot(
            "roundtrip", "rows.jsonl", "--describe", "none", "--rebuilder", "build.py:answer",
            "--given", name, "--set", "check.roundtrip.engine.delay_s=0.001", "--rebuilds", "1",
            "--engine", "scripted", "--model", "sentence", "-o", f"{name}.jsonl",
        )  # fmt: skip
        said = (shell.folder / "asked.txt").read_text()
        assert ("called tick" in said, "output full" in said) == (lines == 1, lines == 2)
        assert shell.lines(f"{name}.jsonl")[0]["roundtrip"]["score"] == 1


def test_a_design_that_cannot_be_proved_gets_no_score_and_costs_no_request(shell: Shell) -> None:
    broken = "module tick(input a, output y); assign y = b; endmodule"
    shell.write("rows.jsonl", [{"id": "a", "verilog": broken, "description": TRUE}])
    shell.write("model.py", MODEL)
    told = json.loads(shell.rtlglot(*job("--json", "--describe", "none")).stdout)
    (row,) = shell.lines("out.jsonl.failures.jsonl")
    assert (told["requests"], row["reason"], row["roundtrip"]["score"]) == (0, "unexamined", None)
    assert "nothing was asked" in row["detail"]


def test_nothing_is_asked_where_only_the_same_text_could_be_proved(shell: Shell) -> None:
    table = "primitive turn(o, i); output o; input i; table 0 : 1; 1 : 0; endtable endprimitive\n"
    design = table + "module pick(input a, output y); turn t(y, a); endmodule"
    shell.write("rows.jsonl", [{"id": "a", "verilog": design, "description": "y is not a."}])
    shell.write("model.py", MODEL)
    told = json.loads(shell.rtlglot(*job("--json", "--describe", "none", "--refine", "0")).stdout)
    (row,) = shell.lines("out.jsonl.failures.jsonl")
    assert (told["requests"], row["reason"], row["roundtrip"]["score"]) == (0, "unexamined", None)
    assert "only the same text" in row["detail"]


def test_check_has_no_model_to_ask(shell: Shell) -> None:
    shell.write("rows.jsonl", rows())
    refused = shell.rtlglot(
        "check", "rows.jsonl", "--field", "description", "--reference", "verilog", "--check", "roundtrip",
        "-o", "v.jsonl", code=2,
    )  # fmt: skip
    assert "see rtlglot roundtrip" in refused.stderr


def test_the_library_takes_rows_round_and_one_of_them(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.folder)
    shell.write("model.py", MODEL)
    engines: dict[str, Any] = {"engine": "scripted", "rebuilder_engine": "scripted", "rebuilds": 1}
    summary = rtlglot.roundtrip(
        rows()[:2], describer="model.py:answer", rebuilder="model.py:answer", **engines
    )
    assert (summary.accepted, summary.rejected, summary.score) == (1, 1, 0.5)
    one = rtlglot.roundtrip_one(
        UP, FALSE, describer="model.py:answer", refine=1, engine="scripted", rebuilds=1
    )
    assert (one["status"], one["description"], one["roundtrip"]["score"]) == ("accepted", TRUE, 1)


def test_a_kill_in_the_middle_asks_nothing_twice(shell: Shell) -> None:
    designs = [UP.replace("tick", f"tick{number}") for number in range(10)]
    shell.write("rows.jsonl", [{"id": str(n), "verilog": text} for n, text in enumerate(designs)])
    log = "    open('asked.txt', 'a').write(json.dumps([said, request.sample, request.attempt]) + '\\n')\n"
    said = "    said = request.messages[-1].content\n"
    shell.write("model.py", "import json\n" + MODEL.replace(said, said + log))
    asked = shell.folder / "asked.txt"
    command = [sys.executable, "-m", "rtlglot", *job("--concurrency", "2", "--no-report")]

    def lines() -> list[str]:
        return asked.read_text().splitlines() if asked.exists() else []

    killed = 0
    for more in (5, 12, 15):
        before, bought = len(lines()), replies(shell.folder / "out.jsonl.ledger")
        process = subprocess.Popen(command, cwd=shell.folder, stderr=subprocess.DEVNULL)
        while process.poll() is None and len(lines()) < before + more:
            time.sleep(0.01)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        again = {tuple(json.loads(line)) for line in lines()[before:] if line.endswith("]")}
        assert not again & bought
    assert killed
    shell.rtlglot(*command[3:])
    assert [row["roundtrip"]["score"] for row in shell.lines("out.jsonl")] == [1] * 10


def replies(ledger: Path) -> set[tuple[str, int, int]]:
    """Those on the disk."""
    if not ledger.exists():
        return set()
    with contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        try:
            return set(db.execute("SELECT message, sample, attempt FROM replies"))
        except sqlite3.OperationalError:  # killed before the tables were there
            return set()


def test_rtl_benchls_is_run_by_its_rules(shell: Shell) -> None:
    slice_ = []
    for name, more in (("one", ""), ("two", "// " + "x" * 4000)):
        files = {f"{name}.v": UP.replace("tick", name) + more, f"{name}_combined.v": "", "sec.tcl": "prove"}
        told = {"task_id": name, "design_name": name, "top_module": name, "verification_type": "SEC"}
        slice_.append(told | {"files": files})
    shell.write("slice.jsonl", slice_)
    # the first text is cut at its budget and used as it is; the second is false
    model = f"""def answer(request):
    said, most = request.messages[-1].content, request.sampling.max_tokens
    if said.startswith("Verilog:"):
        assert most == (256 if "module one" in said else 1056), most
        return "{TRUE} " + "Well. " * 400 if "module one" in said else "{FALSE}"
    assert most == 8192 and request.sampling.temperature == 0
    return '''```verilog\\n{UP.replace("tick", "one")}```''' if "from twelve" in said else "No."
"""
    shell.write("model.py", model)
    shell.rtlglot(
        "roundtrip", "slice.jsonl", "--protocol", "rtl-benchls", "--engine", "scripted",
        "--model", "model.py:answer", "-o", "bench.jsonl",
    )  # fmt: skip
    results = shell.lines("bench.jsonl.results.jsonl")
    assert [(r["task_id"], r["verification_type"], r["passed"]) for r in results] == [
        ("one", "SEC", True), ("two", "SEC", False),
    ]  # fmt: skip
    assert results[0]["intermediate_tokens"] == 256
    assert results[1]["error"].startswith("check_failed")


BLOCK = """  always @(posedge clk)
    if (rst) q <= 4'd0;
    else if (en) q <= (q == 4'd12) ? 4'd0 : q + 4'd3;
"""


def test_a_part_that_is_left_out_is_filled_in_and_the_whole_is_proved(shell: Shell) -> None:
    other = BLOCK.replace("4'd12", "12")
    replies = {
        "a": f"Here:\n```verilog\n{other}```\nThat is all.",
        "b": UP.replace(BLOCK, other)
        .replace("tick", "tick_b")
        .replace("  assign", "  // as it was\n  assign"),
        "c": f"```\n{BLOCK.replace('q + ', 'q - ')}```",
        "d": "I'm sorry, but I can't help with that.",
    }
    rows = [
        {"id": name, "masked": whole.replace(BLOCK, "[MASKED]"), "verilog": whole}
        for name in replies
        for whole in [UP.replace("tick", f"tick_{name}")]
    ]
    shell.write("rows.jsonl", [*rows, {"id": "e", "masked": UP, "verilog": UP}])
    shell.write("replies.jsonl", [{"when": f"tick_{name}", "reply": text} for name, text in replies.items()])
    done = shell.rtlglot(
        "transform", "rows.jsonl", "--from", "masked", "--to", "verilog", "--engine", "scripted",
        "--model", "replies.jsonl", "-o", "out.jsonl", "--no-report",
    )  # fmt: skip
    accepted = [(row["id"], "== 12)" in row["verilog"], row["assurance"]) for row in shell.lines("out.jsonl")]
    assert accepted == [("a", True, "proved"), ("b", True, "proved")], done.stderr
    failed = {row["id"]: row for row in shell.lines("out.jsonl.failures.jsonl")}
    assert {name: row["reason"] for name, row in failed.items()} == {
        "c": "check_failed",
        "d": "refused",
        "e": "prompt_error",
    }
    assert "equivalence" in failed["c"]["detail"]
    assert "[MASKED]" in failed["e"]["detail"]


def test_a_text_about_a_part_is_rebuilt_into_the_rest(shell: Shell) -> None:
    files = {"one.v": UP, "one_masked.v": UP.replace(BLOCK, "[MASKED]"), "one_combined.v": ""}
    told = {"top_module": "tick", "parent_design": "one", "verification_type": "SEC", "mask_type": "block"}
    told |= {"golden_rtl_key": "one.v", "masked_rtl_key": "one_masked.v"}
    whole = {"ref_rtl": UP, "files": files | {"one_masked.v": "[MASKED]"}}
    shell.write(
        "masked.jsonl",
        [{"task_id": "p", **told, "ref_rtl": BLOCK, "files": files}, {"task_id": "w", **told, **whole}],
    )
    model = f"""def answer(request):
    said, most = request.messages[-1].content, request.sampling.max_tokens
    around, told, part = said.partition("The part:")
    if told:
        assert most == 64 and "[MASKED]" in around and "q + 4'd3" in part
        return "It counts up by three, to twelve." if "full = " in around else "It is a counter."
    assert most == 4096
    return '''```verilog\\n{BLOCK}```''' if "by three" in said else '''{UP.replace("4'd3", "4'd1")}'''
"""
    shell.write("model.py", model)
    shell.rtlglot(
        "roundtrip", "masked.jsonl", "--protocol", "rtl-benchls-mask", "--engine", "scripted",
        "--model", "model.py:answer", "-o", "bench.jsonl",
    )  # fmt: skip
    results = {row["task_id"]: row for row in shell.lines("bench.jsonl.results.jsonl")}
    assert (results["p"]["passed"], results["w"]["passed"]) == (True, False)
    assert results["p"]["mask_type"] == "block"
    assert "something else" in results["w"]["error"]


def test_what_the_design_itself_does_not_pass_is_not_asked_of_its_rebuilds(shell: Shell) -> None:
    twice = UP.replace("output reg", "output").replace("  assign", "  reg [3:0] q;\n  assign")
    shell.write("rows.jsonl", [{"id": "a", "verilog": twice, "description": TRUE}])
    shell.write("replies.jsonl", [{"when": "counter", "reply": twice.replace("4'd12", "12")}])
    shell.rtlglot(
        "roundtrip", "rows.jsonl", "--describe", "none", "--engine", "scripted", "--model", "replies.jsonl",
        "-o", "out.jsonl",
    )  # fmt: skip
    assert shell.lines("out.jsonl")[0]["roundtrip"]["ended"] == "3 proved"


def test_the_benchmarks_own_runner_gets_a_verifier() -> None:
    def verify(revised: str) -> bool:
        return rtlglot.verify_for_benchls(UP, revised, "tick", design_type="sequential", extra_files={})

    assert verify(UP.replace("4'd12", "12"))
    assert not verify(UP.replace("q + 4'd3", "q - 4'd3"))
    assert not verify("I cannot.")
