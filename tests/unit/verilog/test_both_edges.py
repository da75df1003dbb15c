"""A process at both edges of a signal is named: yosys' own words speak of an asynchronous load."""

import pytest

from rtlglot.tools.slang.beyond import beyond

BOTH = (
    "always @(posedge clk or negedge clk) q <= d;",
    "always @(posedge clk, negedge clk) q <= d;",
    "always @(negedge clk or posedge clk) begin q <= d; end",
    "always @(edge clk) q <= d;",
    "always_ff @(edge clk) q <= d;",
    "always @(posedge clk or posedge rst or negedge clk) if (rst) q <= 0; else q <= d;",
    "always @(edge clk or negedge rst) if (!rst) q <= 0; else q <= d;",
    "always @(posedge v[1] or negedge v[1]) q <= d;",
    "generate if (1) begin : g always @(posedge clk or negedge clk) q <= d; end endgenerate",
    "`define BOTH(c) posedge c or negedge c\n always @(`BOTH(clk)) q <= d;",
)
ONE = (
    "always @(posedge clk or negedge rst) if (!rst) q <= 0; else q <= d;",
    "always @(clk or rst) q = clk & rst;",
    "always @(posedge v[1] or negedge v[0]) if (!v[0]) q <= 0; else q <= d;",
    "always @* q = d;",
    "initial q = 0;",
    "reg p; always @(posedge clk) q <= d; always @(negedge clk) p <= d;",
)


def named(body: str) -> list[str]:
    text = f"module m(input clk, rst, d, input [1:0] v, output reg q);\n {body}\nendmodule"
    return [name for name, _, hardware in beyond({"text": text, "standard": "sv2017"}) if hardware]


@pytest.mark.parametrize("body", BOTH)
def test_both_edges_are_named(body: str) -> None:
    assert named(body) == [f"a process at both edges of {'v[1]' if 'v[1]' in body else 'clk'}"]


@pytest.mark.parametrize("body", ONE)
def test_one_edge_of_each_signal_is_usual(body: str) -> None:
    assert named(body) == []
