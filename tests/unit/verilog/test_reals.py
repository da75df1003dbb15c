"""Real numbers that make constants in an initial block may be hardware; those at work are none."""

import pytest

from rtlglot.tools.slang.beyond import beyond

CONSTANTS = (
    "real r; initial begin r = 3.7; q = $rtoi(r); end",
    "real r; integer i; initial for (i = 0; i < 4; i = i + 1) begin r = $sin(i); t[i] = $rtoi(9.0 * r); end",
    "initial begin : b real r; r = 1.5 * 2; q = r; end",
    "realtime r; initial r = 2.0;",
    "shortreal r; initial begin r = 0.5; q = $rtoi(r * 8); end",
    "real r, s; initial begin r = 1.0; s = r / 3; q = $rtoi(s); end always @(posedge c) y <= t[q[1:0]];",
    "genvar g; generate for (g = 0; g < 2; g = g + 1) begin : b real r; initial r = g / 2.0; end endgenerate",
    "real r = 2.5; initial q = $rtoi(r);",
)
AT_WORK = (
    "real r; always @(posedge c) begin r = r + 1.5; q <= $rtoi(r); end",
    "real r; initial r = 0.5; always @* q = $rtoi(r * c);",
    "real r; initial r = 0.5; assign y2 = r > 0.2;",
    "real r, s; initial r = 1.0; always @(posedge c) s = s * 2.0;",
    "function automatic integer f(input integer i); real r; begin r = i * 0.5; f = r; end endfunction\n"
    "always @* q = f(c);",
    "task t2; real r; begin r = 1.5; end endtask always @(posedge c) t2;",
)


def reals(body: str) -> set[bool]:
    """Whether hardware can do it, of each real number that is named."""
    ports = "input c, output y2, output reg [7:0] q, y"
    text = f"module m({ports});\n reg [7:0] t[0:3];\n {body}\nendmodule"
    found = beyond({"text": text, "standard": "sv2017"})
    return {hardware for name, _, hardware in found if name.startswith("a real number")}


@pytest.mark.parametrize("body", CONSTANTS)
def test_constants_of_an_initial_block(body: str) -> None:
    assert reals(body) == {True}


@pytest.mark.parametrize("body", AT_WORK)
def test_reals_at_work(body: str) -> None:
    assert False in reals(body)
