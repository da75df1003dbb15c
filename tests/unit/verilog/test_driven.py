"""Designs that drive their own inputs."""

from __future__ import annotations

import pytest

from rtlglot.tools.slang.driven import driven_inputs
from rtlglot.tools.slang.source import read_source


def codes(text: str) -> list[str]:
    source = read_source(text, "sv2017", driven_inputs)
    assert not source.problems, source.problems
    return [remark.code for remark in source.tops[0].remarks]


@pytest.mark.parametrize(
    "text",
    [
        "module m(input a, output y); assign y = a; endmodule",
        "module m(a, y); input a; output y; reg y; always @* y = a; endmodule",
        "module s(input a, output y); buf b(y, a); endmodule module m(input a, output y); s u(.*); endmodule",
        "module m(inout a, input d); assign a = d; endmodule",
        "module m(input a, output reg y); integer i; always @* for (i = 0; i < 2; i++) y = a; endmodule",
        "module m(input a, output y); buf b(y, a); endmodule",
    ],
)
def test_ordinary_designs(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("module m(input a, output y); assign a = y; endmodule", "input-driven"),
        ("module m(input [3:0] a, output y); assign (supply1, supply0) a[2] = 0; endmodule", "input-driven"),
        ("module m(input a, output y); assign {a, y} = 2'b0; endmodule", "input-driven"),
        ("module m(input a, output y); buf b(a, y); endmodule", "input-driven"),
        ("module s(output o); assign o = 1; endmodule module m(input a); s u(a); endmodule", "input-driven"),
        ("module s(input i); assign i = 1; endmodule module m(input a); s u(a); endmodule", "input-driven"),
        ("module s(inout o); assign o = 1; endmodule module m(input a); s u(a); endmodule", "input-driven"),
        ("module m(input a, output y); wire w; tran t(w, y); endmodule", "switch"),
        ("module m(input a, output y); wire w; alias a = w; endmodule", "switch"),
        ("module m(input a, output reg y); initial force y = 1; endmodule", "force"),
    ],
)
def test_designs_that_reach_out(text: str, wanted: str) -> None:
    assert wanted in codes(text)
