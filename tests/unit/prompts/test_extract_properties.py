"""What holds for every reply, however it is put together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.unit.prompts.reply_cases import CASES, Case

from rtlglot.prompts.extract import Kind, extract
from rtlglot.prompts.given import Given
from rtlglot.records import Finish, Reason
from rtlglot.verilog.units import module_names, units

ROWS = json.loads((Path(__file__).parents[3] / "examples" / "rtl.json").read_text(encoding="utf-8"))
MODULES = [row["verilog"].strip() for row in ROWS.values()]
SHORT = [
    "module inv (input a, output y);\n    assign y = ~a;\nendmodule",
    "module inv (input a, output y); // buffer\n    assign y = a;\nendmodule : inv",
    "`timescale 1ns/1ps\nmodule and2(a, b, y);\n input a, b; output y; /* endmodule */\n"
    " assign y = a & b;\nendmodule",
    "module tb;\n    reg a; wire y;\n    inv dut (a, y);\n    initial begin #1 $finish; end\nendmodule",
    "package p;\n    localparam W = 4;\nendpackage",
    "typedef logic [3:0] nibble;",
]
PIECES = [
    *SHORT,
    *(
        "```",
        "```verilog",
        "```verilog\n",
        "\n```\n",
        "~~~",
        "````",
        "```json",
        '{"code": "',
        '"}',
        '"',
        "\\",
    ),
    *("<think>", "</think>", "[BEGIN]", "[DONE]", "<answer>", "</answer>", "<|im_end|>", "assistantfinal"),
    *(
        "endmodule",
        "module",
        "module cut (input a,",
        "assign y = a;",
        "// comment",
        "/*",
        "*/",
        "`define X 1\n",
    ),
    *(
        "Here is the module:",
        "It inverts.",
        "Sure!",
        "**Description:**",
        "Let me know if it fits.",
        "(* keep *)",
    ),
    *("I'm sorry, but I can't help.", "Instruction: x", "<|channel|>final<|message|>", "—", "\u00a0"),
    *("\n", "\n\n", " "),
]
PROSE = [
    *("It inverts a.", "The output y is high.", "Sure!", "Certainly.\n", "Here is the description:", "> y"),
    *(
        "**Description:**",
        "# Description",
        "Output: y",
        "---",
        "***",
        "Let me know if it fits.",
        "I hope it helps.",
    ),
    *(
        "```\nIt inverts.\n```",
        "```verilog\nassign y = ~a;\n```",
        '"It inverts."',
        '"',
        "'",
        "- a\n- b",
        "1. a",
    ),
    *("Instruction: Do it.", "User: And now?", '{"description": "It inverts."}', "I'm sorry, I can't help."),
]


def replies(pieces: list[str], *glues: str) -> st.SearchStrategy[str]:
    """Some pieces of a reply, put together with one of the glues."""
    lists = st.lists(st.sampled_from(pieces), max_size=12)
    return st.one_of([lists.map(glue.join) for glue in glues])


REPLIES = replies(PIECES, "", "\n")
FINISHES = st.sampled_from(Finish)
KINDS: st.SearchStrategy[Kind] = st.sampled_from(("verilog", "prose", "sentence", "raw"))


@given(REPLIES | st.text(), FINISHES, KINDS)
@settings(max_examples=400)
def test_there_is_a_text_or_a_reason_with_a_sentence(reply: str, finish: Finish, kind: Kind) -> None:
    candidate = extract(reply, finish, kind, Given("Design an inverter named inv.", {}, None))
    assert (candidate.text is not None) == (candidate.reason is Reason.OK)
    assert bool(candidate.detail) == (candidate.text is None)
    assert len(set(candidate.notes)) == len(candidate.notes)
    if candidate.text is not None:
        assert candidate.text == candidate.text.strip() != ""


@given(REPLIES, FINISHES)
@settings(max_examples=400)
def test_a_verilog_text_is_made_of_whole_modules_of_the_reply(reply: str, finish: Finish) -> None:
    candidate = extract(reply, finish, "verilog")
    if candidate.text is None:
        return
    assert module_names(candidate.text)
    assert all(unit.complete for unit in units(candidate.text) if unit.depth == 0)
    assert candidate.text.count("endmodule") <= reply.count("endmodule")
    if "json" not in candidate.notes and reply.isascii():
        for line in candidate.text.split("\n"):
            assert line in reply


@given(REPLIES, FINISHES)
@settings(max_examples=400)
def test_a_verilog_text_extracted_again_is_the_same(reply: str, finish: Finish) -> None:
    candidate = extract(reply, finish, "verilog")
    if candidate.text is None:
        return
    assert extract(candidate.text, finish, "verilog").text == candidate.text


@given(replies(PROSE, "\n", "\n\n", " "))
@settings(max_examples=400)
def test_a_prose_text_extracted_again_is_the_same(reply: str) -> None:
    candidate = extract(reply, Finish.STOP, "prose")
    if candidate.text is None:
        return
    assert extract(candidate.text, Finish.STOP, "prose").text == candidate.text


@given(
    st.sampled_from(MODULES),
    st.sampled_from(("", "verilog", "systemverilog", "sv", "v")),
    st.sampled_from(("", "Here is the code:\n\n", "Sure! It's simple.\n", "The module:\n1. Code\n")),
    st.sampled_from(
        ("", "\n\nThe module works (see above).", "\nLet me know!", "\n\n1. It has ports.\n2. Done")
    ),
    FINISHES,
)
def test_a_fenced_module_comes_out_verbatim(
    module: str, tag: str, before: str, after: str, finish: Finish
) -> None:
    reply = f"{before}```{tag}\n{module}\n```{after}"
    assert extract(reply, finish, "verilog").text == module
    assert extract(before + module + "\n" + after, finish, "verilog").text == module


@given(st.sampled_from(MODULES), st.floats(0.05, 0.95), FINISHES)
def test_a_module_cut_anywhere_is_never_made_whole(module: str, share: float, finish: Finish) -> None:
    cut = module[: int(len(module) * share)]
    assume(cut.count("endmodule") == 0)
    candidate = extract("```verilog\n" + cut, finish, "verilog")
    assert candidate.text is None
    assert candidate.reason in (Reason.TRUNCATED, Reason.NO_MODULE)
    if module.startswith("module") and "(" in cut:
        assert candidate.reason is Reason.TRUNCATED


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_examples_descriptions_and_instructions_pass_through(row: dict[str, str]) -> None:
    for field in ("description", "instruction"):
        candidate = extract(row[field], Finish.STOP, "prose", Given("Something else.", {}, None, field))
        assert (candidate.text, candidate.notes) == (row[field].strip(), ())


@pytest.mark.parametrize("case", [case for case in CASES if "text" in case.parts], ids=lambda case: case.name)
def test_the_text_of_every_case_extracted_again_is_the_same(case: Case) -> None:
    text = case.parts["text"]
    again = extract(text, Finish.STOP, case.kind, Given("", {}, None, case.target)).text
    assert again == text
