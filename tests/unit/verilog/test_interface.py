"""Headers read from text: which module, what belongs to it, under which name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlglot.verilog.interface import (
    ModuleInterface,
    Parameter,
    Port,
    header_of,
    required_header,
    top_module,
)

EXAMPLES = json.loads((Path(__file__).parents[3] / "examples" / "rtl.json").read_text(encoding="utf-8"))


def test_an_ansi_header_ends_at_its_semicolon() -> None:
    text = "module m #(parameter W = 8) (input [W-1:0] a, output y);\n  assign y = ^a;\nendmodule"
    assert header_of(text) == "module m #(parameter W = 8) (input [W-1:0] a, output y);"


def test_comments_go_and_empty_lines_with_them() -> None:
    text = "module m (\n  input a, // the first\n  /* nothing\n  else */\n  output y  // = a\n);\nendmodule"
    assert header_of(text) == "module m (\n  input a,\n  output y\n);"


def test_a_header_that_lists_names_brings_the_declarations_behind_it() -> None:
    text = """module old (a, q);
    parameter W = 4;
    localparam D = 2;
    input [W-1:0] a;
    output q; reg q;
    function f; input z; f = z; endfunction
    task t; output u; u = 1; endtask
    always @(a) q = f(a[0]);
endmodule"""
    assert header_of(text) == ("module old (a, q);\nparameter W = 4;\ninput [W-1:0] a;\noutput q;")


def test_a_module_without_ports() -> None:
    assert header_of("module tb; initial $finish; endmodule") == "module tb;"
    assert header_of("module tb(); endmodule") == "module tb();"


def test_an_import_belongs_to_the_header() -> None:
    text = "module m import p::*; (input t a); endmodule"
    assert header_of(text) == "module m import p::*; (input t a);"


def test_the_macros_that_a_header_uses_come_with_it() -> None:
    text = "`define UNUSED 1\n`define W (`N * \\\n  2)\n`define N 4\nmodule m(input [`W-1:0] a); endmodule"
    assert header_of(text) == "`define W (`N * \\\n  2)\n`define N 4\nmodule m(input [`W-1:0] a);"


def test_the_top_is_what_no_other_module_instantiates() -> None:
    leaf, top = "module leaf(input a); endmodule\n", "module top(input b); leaf u(.a(b)); endmodule\n"
    for text in (leaf + top, top + leaf):
        assert header_of(text) == "module top(input b);"


@pytest.mark.parametrize(
    "body",
    ["leaf #(.W(3)) u (b);", "leaf u [3:0] (b);", "begin : x leaf u(b); end", "if (1) begin leaf u(b); end"],
)
def test_instances_in_every_dress(body: str) -> None:
    text = f"module top(input b); {body} endmodule module leaf(input a); endmodule"
    assert header_of(text) == "module top(input b);"


def test_of_several_tops_the_last_with_ports() -> None:
    text = "module a(input x); endmodule module b(input y); endmodule module tb; endmodule"
    assert header_of(text) == "module b(input y);"


def test_a_name_in_a_comment_or_an_expression_is_no_instance() -> None:
    text = "module sum(input a, output y); assign y = a; endmodule // top sum(x)\n"
    text += "module top(input b); wire sum; assign sum = b; endmodule"
    assert header_of(text) == "module top(input b);"


def test_a_broken_text_gives_what_there_is() -> None:
    assert header_of("module cut (input a, output [3:0") == "module cut (input a, output [3:0"
    assert header_of("there is no module here") is None
    assert header_of("") is None


def test_the_name_can_be_changed() -> None:
    assert header_of("module ref(input ref_in); endmodule", name="Top") == "module Top(input ref_in);"


VERILOGEVAL = """module stim(output a); endmodule
module tb(); wire a, r, d; stim s(.a(a));
RefModule good1 (.a(a), .y(r)); TopModule top_module1 (.a(a), .y(d));
endmodule"""
RTLLM = "module tb; reg a; wire y; adder_8bit #(.W(8)) uut (.a(a), .y(y)); initial $display(y); endmodule"


def test_the_name_is_the_one_that_the_testbench_instantiates() -> None:
    reference = "module RefModule(input a, output y); assign y = a; endmodule"
    assert required_header(reference, VERILOGEVAL) == "module TopModule(input a, output y);"
    assert required_header(reference, RTLLM) == "module adder_8bit(input a, output y);"
    assert required_header(reference) == "module RefModule(input a, output y);"
    assert required_header(reference, "nonsense") == "module RefModule(input a, output y);"
    assert required_header("nonsense", RTLLM) is None


def test_a_testbench_that_uses_the_references_own_name() -> None:
    reference = "module alu(input a, output y); assign y = a; endmodule"
    assert required_header(reference, "module tb; alu u(a, y); endmodule") == "module alu(input a, output y);"


@pytest.mark.parametrize("key", EXAMPLES)
def test_examples_have_the_module_they_are_called_after(key: Any) -> None:
    header = header_of(EXAMPLES[key]["verilog"])
    assert header is not None
    assert header.startswith(f"module {key} ")
    assert header.endswith(");")
    assert "assign" not in header


PIECES = (
    "module m n ( ) ; input output [3:0] a , endmodule # parameter = `X /* */ function endfunction".split()
)
PIECES += ["`define X 1\n", "//c\n", '"', "import", "begin", ":", "\\e ", "\n", "macromodule", "`", "\\"]


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_no_text_makes_it_raise(pieces: Any) -> None:
    text = " ".join(pieces)
    header = header_of(text)
    assert header is None or top_module(text) is not None
    assert header is None or "module" in header


def test_an_interface_comes_back_from_json() -> None:
    interface = ModuleInterface(
        "m", (Port("a", "input", 8, 7, 0, signed=True), Port("t", "interface", None)), (Parameter("W", "8"),)
    )
    assert ModuleInterface.from_json(json.loads(json.dumps(interface.to_json()))) == interface
