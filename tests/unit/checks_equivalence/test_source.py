"""The plain text that other tools get."""

from __future__ import annotations

import pytest

from rtlglot.tools.slang.plain import latches_allowed
from rtlglot.tools.slang.source import read_source

TEXT = """`timescale 1ns/1ps
`define WIDTH 4
`ifdef SYNTHESIS
module hidden; endmodule
`endif
(* keep_hierarchy *) module m #(parameter W = `WIDTH)(input [W-1:0] a, (* mark *) output y); // comment
  /* synopsys translate_off */
  (* init = 1'b1 *) reg r;
  assign y = ^a; // "not a string
  wire [8*20-1:0] s = "(* not an attribute *) // nor a comment";
endmodule
"""


def test_plain_text_holds_only_the_design() -> None:
    source = read_source(TEXT, "sv2017")
    assert not source.problems
    for gone in ("`", "comment\n", "translate_off", "init", "keep_hierarchy", "mark", "hidden"):
        assert gone not in source.plain, gone
    assert "parameter W = 4" in source.plain
    assert '"(* not an attribute *) // nor a comment"' in source.plain
    (top,) = source.tops
    assert [(p.name, p.direction, p.width) for p in top.ports] == [("a", "input", 4), ("y", "output", 1)]


def test_always_comb_can_be_made_to_allow_latches() -> None:
    head = "module m(input always_comb_a, output logic y);"
    text = head + '\nalways_comb y = always_comb_a;\nstring s = "always_comb";\nendmodule'
    assert latches_allowed(text) == text.replace("\nalways_comb y", "\nalways @(*) y")


def test_a_keyword_of_the_other_language_is_a_name() -> None:
    source = read_source("module m(input logic, output do); assign do = logic; endmodule", "sv2017")
    assert (source.version, source.problems) == ("1364-2005", ())


def test_problems_say_where() -> None:
    source = read_source("module m(input a, output y);\n  assign y = b;\nendmodule\n", "sv2017")
    (problem,) = source.problems
    assert (problem["code"], problem["line"], problem["column"]) == ("UndeclaredIdentifier", 2, 14)
    assert source.plain == ""


def test_nothing_is_included() -> None:
    source = read_source('`include "/etc/hostname"\nmodule m(output y); assign y = 1; endmodule\n', "sv2017")
    assert [problem["code"] for problem in source.problems] == ["ExceededMaxIncludeDepth"]


def test_too_deep_is_a_problem_like_others() -> None:
    text = "module m(output y); assign y = " + "(" * 3000 + "1" + ")" * 3000 + "; endmodule"
    assert [problem["code"] for problem in read_source(text, "sv2017").problems] == ["TooDeep"]


@pytest.mark.parametrize(
    ("before", "named"),
    [("", True), ("// x\r// y\r", True), ("// x\r\n", True), ('`line 900 "f.v" 0\n', False)],
)
def test_a_missing_include_is_named_wherever_its_line_is_counted(before: str, named: bool) -> None:
    source = read_source(before + '`include "some/where/widths.vh"\nmodule m; endmodule\n', "sv2017")
    message = source.problems[0]["message"]
    assert (message == "widths.vh is not in the text") is named
    assert "where" not in message
