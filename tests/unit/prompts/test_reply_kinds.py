"""Kinds of replies, ten and more of each: the text that was meant, or the reason where none was."""

from __future__ import annotations

import json

import pytest

from rtlglot.prompts.extract import extract
from rtlglot.prompts.given import Given
from rtlglot.records import Finish, Reason

MUX = "module mux2 (\n    input  wire a, b, s,\n    output wire y\n);\n    assign y = s ? b : a;\nendmodule"
DFF = "module dff(input clk, d, output reg q);\n  always @(posedge clk)\n    q <= d; // store\nendmodule"
OLD_DFF = (
    "module dff(clk, d, q);\n  input clk, d;\n  output q;\n  reg q;\n"
    "  always @(posedge clk) q <= d;\nendmodule"
)
GRAY = (
    "module gray #(parameter W = 4)(input [W-1:0] b, output [W-1:0] g);\n"
    '  initial if (W < 2) $display("narrow\\n");\n  assign g = b ^ (b >> 1);\nendmodule'
)
TWO = "module two(input a, b, s, output y, z);\n  mux2 m(a, b, s, y);\n  mux2 n(b, a, s, z);\nendmodule"
PAIR = f"{MUX}\n\n{TWO}"
DESIGNS = {"mux2": MUX, "dff": DFF, "old dff": OLD_DFF, "gray": GRAY, "two": PAIR}
WRONG = MUX.replace("s ? b : a", "s ? a : b")
BENCH = (
    "module tb;\n  reg a;\n  wire y;\n  mux2 u(a, 1'b0, a, y);\n"
    '  initial begin #1 $display("%b", y); $finish; end\nendmodule'
)
PROMPT = Given("Write a 2-to-1 multiplexer. The module is named mux2.")


def text_of(reply: str, finish: Finish = Finish.STOP, given: Given = PROMPT) -> str | None:
    return extract(reply, finish, "verilog", given).text


def fence(text: str, tag: str = "verilog") -> str:
    return f"```{tag}\n{text}\n```"


INVISIBLE = [
    "\ufeff",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\u00ad",
    "\ufeff\u200b",
    "\u200b\n",
    "\n\ufeff",
    " \u200b ",
]


@pytest.mark.parametrize("mark", INVISIBLE, ids=ascii)
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_characters_that_nobody_sees(mark: str, design: str) -> None:
    for reply in (
        mark + design,
        design + mark,
        mark + fence(design),
        f"Code:\n{mark}{design}\n{mark}It works.",
    ):
        assert text_of(reply) == design
    assert text_of(design.replace("module ", f"module{mark.strip()} ", 1)) == design


WORDS = [
    "Here is the code: ",
    "Sure, this is it ",
    "The design is ",
    "Answer - ",
    "1) ",
    "**Code** ",
    "Output => ",
    "Verilog ",
    "I would write ",
    "好的 ",
    "`",
    "<code>",
    "(",
    "//",
]


@pytest.mark.parametrize("words", WORDS[:-1])
@pytest.mark.parametrize("design", [MUX, DFF, OLD_DFF, GRAY], ids=["mux2", "dff", "old dff", "gray"])
def test_a_module_behind_words_on_its_own_line(words: str, design: str) -> None:
    assert text_of(words + design) == design
    assert text_of(f"It is simple.\n\n{words}{design}\n\nThat is all.") == design


@pytest.mark.parametrize(
    "reply",
    [
        "The module counter (which is simple) holds a register; it ends with endmodule.",
        "Write module x; and close it with endmodule.",
        "A module starts with module name and ends with endmodule",
        "I would use the module fifo (see the library); its endmodule stands last.",
        "Every module needs an endmodule.",
        "module and endmodule are keywords; reg and wire are types.",
        "The module top is described in chapter 3 (Ports); there endmodule is explained.",
        "No module (yet); no endmodule (either).",
        "A module, and then endmodule; that is a unit.",
        "In `module foo;` the name is foo; `endmodule` ends it.",
    ],
)
def test_a_sentence_about_modules_is_no_module(reply: str) -> None:
    assert extract(reply, Finish.STOP, "verilog", PROMPT).reason in (Reason.NO_MODULE, Reason.TRUNCATED)


def quoted(text: str, mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip(" ") if mark == "> " else mark + line for line in text.split("\n"))


def numbered(text: str, form: str, first: int = 1) -> str:
    return "\n".join(form.format(n, line) for n, line in enumerate(text.split("\n"), first))


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize(
    "put",
    [
        quoted,
        lambda text: quoted(text, ">"),
        lambda text: quoted(quoted(text)),
        lambda text: f"You asked:\n\n{quoted(text)}\n\nIt works.",
        lambda text: quoted(fence(text)),
        lambda text: quoted(f"Here it is:\n\n{fence(text)}\n\nDone."),
        lambda text: numbered(text, "{}: {}"),
        lambda text: numbered(text, "{:>3} | {}"),
        lambda text: numbered(text, "{}  {}"),
        lambda text: fence(numbered(text, "{:2}. {}")),
        lambda text: f"Listing:\n{numbered(text, '{}) {}', 10)}\nEnd of listing.",
        lambda text: fence(quoted(text)),
    ],
)
def test_quoted_and_numbered_lines(put, design: str) -> None:  # type: ignore[no-untyped-def]
    assert text_of(put(design)) == design


@pytest.mark.parametrize("tag", ["diff", "patch"])
@pytest.mark.parametrize(
    "before",
    ["", "--- a/d.v\n+++ b/d.v\n@@ -0,0 +1,9 @@\n", "@@ -1,2 +1,9 @@\n-module old(input a);\n-endmodule\n"],
)
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_the_new_side_of_a_diff(before: str, tag: str, design: str) -> None:
    first, _, rest = quoted(design, "+").partition("\n")
    assert text_of(f"```{tag}\n{before} {first[1:]}\n{rest}\n```") == design


def test_between_the_hunks_of_a_diff_lines_are_missing() -> None:
    first, *_, last = DFF.split("\n")
    text = text_of(f"```diff\n@@ -1,1 +1,2 @@\n {first}\n+// new\n@@ -9,1 +10,1 @@\n {last}\n```")
    assert text is None or "@@" in text


def test_the_items_of_a_case_are_no_line_numbers() -> None:
    items = "0: y = 1;\n1: y = 0;\n2: y = 1;"
    design = f"module d(input [1:0] a, output reg y);\nalways @* case (a)\n{items}\nendcase\nendmodule"
    assert text_of(fence(design)) == text_of(design) == design


@pytest.mark.parametrize("margin", ["  ", "   ", "    ", "\t"])
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_a_fence_in_a_list_loses_the_list_s_margin(margin: str, design: str) -> None:
    inside = "\n".join(margin + line if line else line for line in fence(design).split("\n"))
    assert text_of(f"1. The design:\n{inside}\n2. It works.") == design


@pytest.mark.parametrize(
    "turn",
    [
        "\n\nUser: thanks\nAssistant: ",
        "\nHuman: and now inverted\n\nAssistant: ",
        "\n\n### Instruction:\nWrite the inverse.\n\n### Response:\n",
        "\n## Question\nThe same, inverted?\n## Answer\n",
        "\n**User:** once more\n**Assistant:** ",
        "\n\nQuestion: Write it inverted.\nAnswer: ",
    ],
)
def test_what_a_model_asks_itself_is_not_answered(turn: str) -> None:
    for put in (str, fence):
        answer = extract(f"{put(MUX)}{turn}{put(WRONG)}", Finish.STOP, "verilog", PROMPT)
        assert (answer.text, "run-on" in answer.notes) == (MUX, True)


@pytest.mark.parametrize("line", ["<br>", "<br/>", "<br />", "<br>\n"])
def test_line_breaks_of_a_page(line: str) -> None:
    assert text_of(DFF.replace("\n", line)) == DFF


CALLS = [
    '{{"name": "submit", "arguments": {{"code": {0}}}}}',
    '<tool_call>\n{{"name": "write_file", "arguments": {{"path": "a.v", "content": {0}}}}}\n</tool_call>',
    '[TOOL_CALLS] [{{"name": "submit", "arguments": {{"text": {0}}}}}]',
    '<|python_tag|>{{"name": "run", "parameters": {{"source": {0}}}}}',
    'I will submit it.\n<function_call>{{"name": "submit", "arguments": {1}}}</function_call>',
    '{{"type": "function", "function": {{"name": "submit", "arguments": {1}}}}}',
    '{{"explanation": "A module x; endmodule ends it.", "rtl_code": {0}}}',
    '{{"files": [{{"path": "a.v", "content": {0}}}, {{"path": "README", "content": "module docs"}}]}}',
    '[{{"role": "assistant", "content": {0}}}]',
    '{{"design": {{"a.v": {0}}}, "bench": {{"tb.v": {2}}}}}',
    '{{"thought": "a module", "action": "finish", "action_input": {{"verilog": {0}}}}}',
    'Result:\n```json\n{{"source_code": {0}, "language": "verilog"}}\n```\nDone.',
    '{{"lines": {3}}}',
    '{{"answer": {4}}}',
]


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize("call", CALLS)
def test_code_in_json_and_tool_calls(call: str, design: str) -> None:
    inner = json.dumps({"code": design})
    said = (design, inner, BENCH, design.split("\n"), fence(design))
    assert text_of(call.format(*map(json.dumps, said))) == design


@pytest.mark.parametrize("call", CALLS[:4])
def test_code_in_a_call_that_was_cut(call: str) -> None:
    reply = call.format(json.dumps(MUX), "", "", "", "")
    cut = reply[: reply.index("assign")]
    assert extract(cut, Finish.LENGTH, "verilog", PROMPT).reason is Reason.TRUNCATED


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_text_that_was_escaped_once_too_often(design: str) -> None:
    once = json.dumps(design)[1:-1]
    twice = json.dumps(once)[1:-1]
    for reply in (
        once,
        f"```verilog\\n{once}\\n```",
        f"Here it is:\n\n{once}",
        json.dumps(once),
        json.dumps({"code": once}),
        '{"code": "' + twice + '"}',
        json.dumps({"name": "f", "arguments": json.dumps({"code": once})}),
        f"<answer>{once}</answer>",
        once if "\\\\n" in once else once.replace("\\n", "\\r\\n"),
    ):
        assert text_of(reply) == design


def test_a_line_break_in_a_string_is_no_escaped_text() -> None:
    design = 'module m(input a); initial $display("a\\n"); endmodule'
    assert text_of(design) == text_of(fence(design)) == design


CORRECTIONS = [
    "Wait, that is the wrong way round. Corrected:",
    "// corrected version",
    "// Fixed",
    "Actually the right one is:",
    "The select was swapped; it should be:",
    "/* final version */",
    "Revised:",
    "// Updated code",
    "Here is the improved version:",
    "That is incorrect. Here's the fixed code:",
    "For comparison the original was wrong, so use this instead:",
    "Here is a fixed version of the original code:",
    "An improved module, compared to the original:",
    "Wait, that was wrong.",
    "I fixed it so that the outputs don't glitch:",
]


@pytest.mark.parametrize("words", CORRECTIONS)
def test_a_corrected_second_version(words: str) -> None:
    for reply in (
        f"{fence(WRONG)}\n{words}\n{fence(MUX)}",
        f"{WRONG}\n\n{words}\n{MUX}",
        f"{fence(WRONG)}\n{words}\n{MUX}",
        fence(f"{WRONG}\n\n{words}\n{MUX}") if words[0] == "/" else fence(WRONG) + words + fence(MUX),
    ):
        assert (text_of(reply) or "").removeprefix(words).strip() == MUX


ASIDES = [
    "Alternatively:",
    "An alternative would be:",
    "Another way to write it:",
    "A common mistake is to write:",
    "For comparison, the buggy one:",
    "Do not write it like this:",
    "Option B (equivalent):",
    "Equivalently,",
    "The original code was:",
    "An incorrect solution:",
    "The code before the fix was:",
    "The wrong way to write it:",
]


@pytest.mark.parametrize("words", ASIDES)
def test_another_version_beside_the_answer(words: str) -> None:
    assert text_of(f"{fence(MUX)}\n{words}\n{fence(WRONG)}") == MUX
    other = WRONG.replace("mux2", "mux2_other")
    assert text_of(f"{fence(MUX)}\n{words}\n{fence(other)}") == MUX
    assert text_of(f"{fence(MUX)}\n{words}\n{fence(other.replace('wire y', 'wire y, n'))}") == MUX


def test_a_skeleton_behind_the_answer_is_no_correction() -> None:
    skeleton = (
        "module mux2 (\n    input wire a, b, s,\n    output wire y\n);\n    // ... as above ...\nendmodule"
    )
    assert text_of(f"{fence(MUX)}\nThe structure is:\n{fence(skeleton)}") == MUX


def test_modules_that_belong_together_all_stay() -> None:
    gates = "module and2(input a, b, output y); assign y = a & b; endmodule"
    more = gates.replace("and2", "or2").replace("&", "|")
    for given in (Given("A library of gates."), Given("Write and2 and or2."), Given()):
        assert text_of(f"{fence(gates)}\n{fence(more)}", given=given) == f"{gates}\n\n{more}"


THOUGHTS = [
    ("Okay, let me think. A first idea:", "but wait, that is the wrong way round. So I need to"),
    ("Hmm. Maybe:", "Hmm, no, the select is"),
    ("We need a mux. Let's try", "Let me check: when s is 1, y is a, which"),
    ("The user wants a multiplexer. Perhaps", "Now when s is high the output"),
    ("So I need a conditional operator.", "Wait. The order of a and b"),
    ("First, let me see what is needed.", "this gives a for s = 1, and"),
    ("Draft:", "Actually hold on, I should swap"),
    ("Trying:", "Oops, that selects the wrong"),
    ("Try 1:", "But this is not what the"),
    ("Well, let me start with", "Let me double check the truth table: s=0"),
    ("Alright, I have to write mux2:", "That's not right because"),
]


@pytest.mark.parametrize(("before", "behind"), THOUGHTS)
def test_a_draft_in_a_reply_that_was_cut_while_thinking(before: str, behind: str) -> None:
    for reply in (f"{before}\n\n{fence(WRONG)}\n\n{behind}", f"{before}\n\n{WRONG}\n\n{behind}"):
        assert extract(reply, Finish.LENGTH, "verilog", PROMPT).reason is Reason.TRUNCATED


EXPLAINED = [
    ("", "This module selects between a and b. The inputs are"),
    ("Sure! Here is the code:", "### Explanation\n\n1. **Ports**: a, b and s are"),
    ("", "The assign statement is a conditional operator: when s is 1,"),
    ("Here's the module:", "Note that the output is combinational, and"),
    ("Okay, here is the final answer:", "It works as follows: the"),
    ("The solution:", "You can test it with a"),
    ("", "**How it works**\n- `s`: the sel"),
    ("Certainly!", "In this design, we use a"),
    ("```\na  b\n```", "I used a continuous assignment"),
    ("The 2-to-1 mux:", "Let me know if"),
    ("I need to explain little. The code:", "As you see, the"),
    ("", "The FSM waits in IDLE so that the output is stable, but it does not wait for"),
    ("", "There is one wait state. So it selects a, so that we"),
    ("Here is the module:", "When s is 1 it is b, but that is also the case if"),
    ("The design:", "No, there is no clock: this is a combinational"),
]


@pytest.mark.parametrize(("before", "behind"), EXPLAINED)
def test_an_explanation_that_was_cut_costs_nothing(before: str, behind: str) -> None:
    assert text_of(f"{before}\n{fence(MUX)}\n{behind}", Finish.LENGTH) == MUX


MACROS = "`define SEL s\n`define OTHER 1"
USES = MUX.replace("= s ?", "= `SEL ?")
TYPES = "typedef logic [3:0] nibble_t;"
TYPED = "module inc(input nibble_t a, output nibble_t y);\n  assign y = a + 1'b1;\nendmodule"
FUNCTION = "function automatic logic flip(input logic v);\n  return ~v;\nendfunction"
FLIPS = "module inv(input a, output y);\n  assign y = flip(a);\nendmodule"
CONSTANT = "localparam WIDTH = 4;"
WIDE = "module pass(input [WIDTH-1:0] a, output [WIDTH-1:0] y);\n  assign y = a;\nendmodule"
ENUM = "typedef enum logic [1:0] {\n  IDLE,\n  BUSY\n} state_t;"
STATE = "module st(output state_t y);\n  assign y = IDLE;\nendmodule"
GUARDED = "`ifndef DEFS\n`define DEFS\n`define SEL s\n`endif"


@pytest.mark.parametrize(
    ("definitions", "design"),
    [
        (MACROS, USES),
        (GUARDED, USES),
        (f"// constants\n{MACROS}", USES),
        (TYPES, TYPED),
        (f"// types\n{TYPES}", TYPED),
        (FUNCTION, FLIPS),
        (CONSTANT, WIDE),
        (ENUM, STATE),
        (f"`timescale 1ns/1ps\n{MACROS}", USES),
        (f"{CONSTANT}\n{TYPES}", WIDE),
        (
            "package p;\n  localparam W = 4;\nendpackage",
            WIDE.replace("pass(", "pass import p::*; (").replace("WIDTH", "W"),
        ),
    ],
)
def test_definitions_in_another_fence(definitions: str, design: str) -> None:
    assert (
        text_of(f"Definitions:\n{fence(definitions)}\nThe module:\n{fence(design)}")
        == f"{definitions}\n\n{design}"
    )
    assert (
        text_of(f"The module:\n{fence(design)}\nwith, in defs.vh:\n{fence(definitions)}")
        == f"{definitions}\n\n{design}"
    )


@pytest.mark.parametrize(
    "other",
    [
        "assign y = a;",
        "`define UNUSED 1",
        "mux2 u(.a(x));",
        "typedef int t;",
        "s = 1",
        "// text",
        "iverilog a.v",
        "always @* y = a;",
    ],
)
def test_other_fences_without_a_module_stay_out(other: str) -> None:
    assert text_of(f"{fence(other)}\nand\n{fence(MUX)}") == text_of(f"{fence(MUX)}\n{fence(other)}") == MUX
