"""What a proof says of registers: which were one with which, and which are open where there is none."""

from __future__ import annotations

import asyncio

import pytest

from rtlglot.checks.equivalence import Equivalence
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box

HEAD = "module m(input clk, ck, rst, input [3:0] a, output reg [3:0] y, output reg z);\n"
SUMMED = f"""{HEAD}reg [3:0] c; reg [1:0] s;
always @(posedge clk) if (rst) begin c <= 0; s <= 0; end else begin c <= c + a; s <= s + 1; end
always @(posedge clk) begin y <= c; z <= s[1]; end
endmodule
"""
ONE_HOT = f"""{HEAD}reg [3:0] c, s;
always @(posedge clk) if (rst) begin c <= 0; s <= 1; end else begin c <= a + c; s <= {{s[2:0], s[3]}}; end
always @(posedge clk) begin y <= c; z <= s[3] | s[2]; end
endmodule
"""
INNER = f"""{HEAD}reg [1:0] s; wire [3:0] c;
sum u(clk, rst, a, c);
always @(posedge clk) if (rst) s <= 0; else s <= s + 1;
always @(posedge clk) begin y <= c; z <= s[1]; end
endmodule
module sum(input clk, rst, input [3:0] a, output reg [3:0] c);
always @(posedge clk) if (rst) c <= 0; else c <= a + c;
endmodule
"""
RENAMED = SUMMED.replace("c <=", "acc <=").replace("c + a", "a + acc").replace("[3:0] c", "[3:0] acc")
RENAMED = RENAMED.replace("y <= c", "y <= acc")
TWO_CLOCKS = SUMMED.replace("always @(posedge clk) begin y", "always @(posedge ck) begin y")
TWO_CLOCKS_RENAMED = RENAMED.replace("always @(posedge clk) begin y", "always @(posedge ck) begin y")
HALVES = f"""{HEAD}reg [3:0] c; reg [1:0] s; wire [3:0] n = c + a;
always @(posedge clk) if (rst) c[1:0] <= 0; else c[1:0] <= n[1:0];
always @(posedge clk) if (rst) c[3:2] <= 0; else c[3:2] <= n[3:2];
always @(posedge clk) if (rst) s <= 0; else s <= s + 1;
always @(posedge clk) begin y <= c; z <= s[1]; end
endmodule
"""


def _verdict(reference: str, candidate: str, **options: str) -> Verdict:
    async def checked() -> Verdict:
        async with open_box() as box:
            return await Equivalence(options).check(candidate, Context(reference=reference), box)

    return asyncio.run(checked())


@pytest.mark.parametrize(
    ("reference", "candidate", "by_name", "by_structure", "left"),
    [
        pytest.param(SUMMED, SUMMED.replace("c + a", "a + c"), 11, 0, 0, id="names kept"),
        pytest.param(SUMMED, RENAMED, 7, 4, 0, id="one renamed"),
        pytest.param(SUMMED, INNER, 7, 4, 0, id="one in an instance"),
        pytest.param(SUMMED, HALVES, 11, 0, 0, id="one in two halves"),
        pytest.param(HALVES, SUMMED.replace("c + a", "a + c"), 11, 0, 0, id="of two halves"),
        pytest.param(SUMMED, ONE_HOT, 8, 0, 5, id="one encoded otherwise"),
        pytest.param(TWO_CLOCKS, TWO_CLOCKS_RENAMED, 7, 4, 0, id="two clocks"),
    ],
)
def test_points(reference: str, candidate: str, by_name: int, by_structure: int, left: int) -> None:
    verdict = _verdict(reference, candidate)
    assert verdict.status == "equivalent"
    assert verdict.data["points"] == {
        "registers": by_name + by_structure + left,
        "by_name": by_name,
        "by_structure": by_structure,
        "left": left,
    }


def test_a_name_is_no_reason() -> None:
    """Registers that swap their names are told by what they do."""
    swapped = SUMMED.replace("c <=", "t <=").replace("y <= c", "y <= t").replace("c + a", "a + t")
    swapped = swapped.replace("reg [3:0] c;", "reg [3:0] t; reg [1:0] c;").replace("reg [1:0] s;", "")
    swapped = swapped.replace("s <= s + 1", "c <= c + 1").replace("s <= 0", "c <= 0").replace("s[1]", "c[1]")
    verdict = _verdict(SUMMED, swapped)
    assert verdict.status == "equivalent"
    assert verdict.data["points"] == {"registers": 11, "by_name": 5, "by_structure": 6, "left": 0}


def test_no_state_no_points() -> None:
    wire = "module m(input a, b, output y);\nassign y = a & b;\nendmodule\n"
    verdict = _verdict(wire, wire.replace("a & b", "~(~a | ~b)"))
    assert verdict.status == "equivalent"
    assert "points" not in verdict.data


# that a product may be multiplied out is hard for all solvers
MIXED = """module m(input clk, rst, input [11:0] a, b, c, output reg [11:0] y, output reg done);
reg [11:0] sum, seed;
always @(posedge clk) if (rst) sum <= 0; else sum <= sum + a * (b + seed);
always @(posedge clk) begin seed <= c; y <= sum; done <= a[0]; end
endmodule
"""
MIXED_OTHER = """module m(input clk, rst, input [11:0] a, b, c, output reg [11:0] y, output reg done);
reg [11:0] total, mixed;
always @(posedge clk) if (rst) total <= 0; else total <= total + a * b + a * mixed;
always @(posedge clk) begin mixed <= c; y <= total; done <= a[0]; end
endmodule
"""


def test_what_is_open_has_names() -> None:
    verdict = _verdict(MIXED, MIXED_OTHER, limit_s="3")
    assert verdict.status in ("timeout", "bounded")
    told = verdict.data["open"]
    assert told["outputs"] == ["y"]
    assert "sum" in told["names"]["reference"]
    assert "total" in told["names"]["candidate"]
    assert "done" not in told["names"]["candidate"]
    (said,) = (finding.message for finding in verdict.findings if finding.code == "open")
    assert "sum" in said
    assert "of the candidate" in said
