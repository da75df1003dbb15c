"""Each benchmark's files, made up in its shape, become problems; what cannot be judged is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from rtlglot.errors import InputError, UsageError
from rtlglot.evals.completions import recorded, whole
from rtlglot.evals.problems import PROBLEMS, read_problems

REF = "module RefModule (input a, output y);\n  assign y = ~a;\nendmodule\n"
TEST = "module tb; TopModule dut (); RefModule good (); endmodule\n"
HEADER = "module top_module (\n  input a,\n  output y\n);\n"


def jsonl(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return str(path)


def test_verilogeval_2_as_jsonl_and_as_files_is_the_same(tmp_path: Path) -> None:
    row = {"task_id": "Prob1_not", "prompt": "Invert a.\n", "ref": REF, "test": TEST}
    whole_file = read_problems(jsonl(tmp_path / "p.jsonl", row, {"task_id": "x", "prompt": "y"}))
    folder = tmp_path / "dataset"
    folder.mkdir()
    for what, text in (("prompt.txt", "Invert a.\n"), ("ref.sv", REF), ("test.sv", TEST)):
        (folder / f"Prob1_not_{what}").write_text(text)
    files = read_problems(str(folder))
    assert whole_file.kind == files.kind == "verilogeval"
    assert whole_file.found == files.found
    assert [(one.id, "lacks" in one.why) for one in whole_file.left_out] == [("x", True)]


def test_verilogeval_1_is_joined_from_header_and_completion(tmp_path: Path) -> None:
    row = {
        "task_id": "notgate",
        "prompt": HEADER,
        "canonical_solution": "\n\tassign y = ~a;\nendmodule\n",
        "test": "module tb; endmodule",
        "detail_description": "Invert a.\n// Only one bit.",
    }
    found = read_problems(jsonl(tmp_path / "v1.jsonl", row))
    assert found.kind == "verilogeval-v1"
    (problem,) = found.found
    assert problem.instruction == "Invert a.\nOnly one bit."
    assert problem.reference == HEADER + "\tassign y = ~a;\nendmodule\n"
    assert problem.header == HEADER.strip()


@pytest.mark.parametrize(
    ("text", "is_joined"),
    [
        ("  assign y = ~a;\nendmodule", True),
        (
            "\twire n;\n\tpart p(a, n);\nassign y = n;\nendmodule\nmodule part(input i, output o);endmodule",
            True,
        ),
        ("module top_module (input a, output y); assign y = ~a; endmodule", False),
        ("Here it is:\n```verilog\n  assign y = ~a;\nendmodule\n```", False),
        ("I cannot do that.", False),
        ("", False),
    ],
)
def test_a_completion_gets_its_header_where_it_goes_on_from_it(text: str, is_joined: bool) -> None:
    assert (whole(text, HEADER) != text) is is_joined
    assert whole(text, None) == text


def test_rtllm_folders_bring_their_data(tmp_path: Path) -> None:
    folder = tmp_path / "Arithmetic" / "Other" / "doubler"
    folder.mkdir(parents=True)
    (folder / "design_description.txt").write_text("Double a.\n")
    (folder / "testbench.v").write_text("module tb; endmodule")
    (folder / "verified_doubler.v").write_text("module verified_doubler; endmodule")
    (folder / "makefile").write_text("sim:\n")
    (folder / "reference.txt").write_text("00\n02\n")
    bare = tmp_path / "Memory" / "bare"
    bare.mkdir(parents=True)
    (bare / "design_description.txt").write_text("Nothing to try it with.")
    found = read_problems(str(tmp_path))
    assert found.kind == "rtllm"
    (problem,) = found.found
    assert (problem.id, problem.files) == ("doubler", {"reference.txt": "00\n02\n"})
    assert problem.reference == "module verified_doubler; endmodule"
    assert found.left_out[0].id == "bare"


def test_vgen_has_three_prompts_a_problem(tmp_path: Path) -> None:
    for level in "123":
        (tmp_path / f"prompt{level}_wire.v").write_text(f"// level {level}\nmodule w(input a, output y);\n")
    (tmp_path / "answer_wire.v").write_text("module w(input a, output y); assign y = a; endmodule")
    (tmp_path / "tb_wire.v").write_text("module tb; endmodule")
    found = read_problems(str(tmp_path))
    assert found.kind == "vgen"
    assert [problem.id for problem in found.found] == ["wire/1", "wire/2", "wire/3"]
    assert found.found[2].header == "// level 3\nmodule w(input a, output y);"


def cvdp(id_: str, files: dict[str, str], answer: str = "") -> dict[str, Any]:
    return {
        "id": id_,
        "categories": ["cid002", "easy"],
        "input": {"prompt": "Complete it.", "context": {"rtl/part.sv": "module part; endmodule"}},
        "output": {"response": "", "context": {"rtl/whole.sv": answer}},
        "harness": {"files": files},
    }


def test_cvdp_says_what_its_harness_needs(tmp_path: Path) -> None:
    rows = [
        cvdp("plain", {"verif/tb.sv": "module tb; endmodule"}),
        cvdp("cocotb", {"src/test_runner.py": "import cocotb"}),
        cvdp("known", {"src/test_runner.py": "import cocotb"}, answer="module whole; endmodule"),
        cvdp("bought", {"src/.env": "SIM=xcelium"}),
    ]
    found = read_problems(jsonl(tmp_path / "cvdp.jsonl", *rows))
    assert found.kind == "cvdp"
    assert [problem.id for problem in found.found] == ["plain", "known"]
    assert "rtl/part.sv" in found.found[0].instruction
    why = {one.id: one.why for one in found.left_out}
    assert "cocotb" in why["cocotb"]
    assert "commercial" in why["bought"]


def test_benchls_and_plain_datasets(tmp_path: Path) -> None:
    design = {"id": "n", "top": "n", "design_type": "combinational", "verilog": REF}
    told = {**design, "id": "m", "instruction": "Invert."}
    found = read_problems(jsonl(tmp_path / "ls.jsonl", design, told))
    assert (found.kind, [p.id for p in found.found], len(found.left_out)) == ("rtl-benchls", ["m"], 1)
    own = {"id": "q", "instruction": "Invert.", "verilog": REF, "testbench": TEST, "files": {"a.txt": "1"}}
    found = read_problems(jsonl(tmp_path / "own.jsonl", own))
    assert found.kind == "plain"
    assert found.found[0].files == {"a.txt": "1"}


def test_what_is_no_benchmark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="looks like none"):
        read_problems(jsonl(tmp_path / "x.jsonl", {"a": 1}))
    with pytest.raises(InputError, match="no such"):
        read_problems(str(tmp_path / "nothing"))
    with pytest.raises(UsageError, match="unknown benchmark"):
        read_problems(jsonl(tmp_path / "x.jsonl", {"a": 1}), "verilog-eval")


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_every_reader_says_what_it_reads_and_needs(name: str) -> None:
    reader = PROBLEMS.load(name)
    assert reader.__doc__
    assert reader.what
    assert reader.needs


@pytest.mark.parametrize(
    "rows",
    [
        [{"task_id": "a", "completion": "one"}, {"task_id": "a", "completion": "two"}],
        [{"id": "a", "completion": ["one", "two"]}],
        [{"a": {"output": {"rtl/a.sv": "one"}}}, {"a": {"output": {"rtl/a.sv": "two"}}}],
        [{"id": "a", "response": [{"role": "assistant", "content": "one"}, {"content": "two"}]}],
        [{"id": "a", "output": [{"response": "", "context": {"x.sv": "one"}}, {"response": "two"}]}],
    ],
)
def test_forms_of_completions(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    assert recorded(jsonl(tmp_path / "c.jsonl", *rows)) == {"a": ["one", "two"]}


def test_completions_in_files(tmp_path: Path) -> None:
    for number, text in ((2, "two"), (1, "one"), (10, "ten")):
        folder = tmp_path / "Prob1_x"
        folder.mkdir(exist_ok=True)
        (folder / f"Prob1_x_sample{number:02}.sv").write_text(text)
    assert recorded(str(tmp_path)) == {"Prob1_x": ["one", "two", "ten"]}


def test_no_completions_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such"):
        recorded(str(tmp_path / "no.jsonl"))
    with pytest.raises(InputError, match="has no completion"):
        recorded(jsonl(tmp_path / "c.jsonl", {"id": "a", "verdict": "x"}))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no completions"):
        recorded(str(tmp_path / "empty"))
