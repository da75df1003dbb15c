"""Proofs by one step through the whole check, and what is almost equal, for all that they assume."""

from __future__ import annotations

import asyncio

import pytest

from rtlglot.checks.equivalence import Equivalence
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box

COUNTED = """module m(input clk, rst, wr, rd, input [3:0] d, output [3:0] q, output full, empty);
reg [3:0] mem [0:7]; reg [2:0] wp, rp; reg [3:0] count;
assign full = count == 8; assign empty = count == 0; assign q = mem[rp];
wire push = wr & ~full, pop = rd & ~empty;
always @(posedge clk) begin
  if (push) mem[wp] <= d;
  if (rst) begin wp <= 0; rp <= 0; count <= 0; end
  else begin if (push) wp <= wp + 1; if (pop) rp <= rp + 1; count <= count + push - pop; end
end
endmodule
"""
WRAPPED = """module m(input clk, rst, wr, rd, input [3:0] d, output [3:0] q, output full, empty);
reg [3:0] mem [0:7]; reg [3:0] wp, rp;
assign empty = wp == rp; assign full = wp == {~rp[3], rp[2:0]}; assign q = mem[rp[2:0]];
wire push = wr & ~full, pop = rd & ~empty;
always @(posedge clk) begin
  if (push) mem[wp[2:0]] <= d;
  if (rst) begin wp <= 0; rp <= 0; end
  else begin wp <= wp + push; rp <= rp + pop; end
end
endmodule
"""
KEPT = """module m(input clk, rst, wr, rd, input [3:0] d, output [3:0] q, output full, empty);
reg [3:0] mem [0:7]; reg [2:0] rp; reg [3:0] count;
wire [2:0] wp = rp + count[2:0];
assign full = count == 8; assign empty = ~|count; assign q = mem[rp];
wire push = wr & ~full, pop = rd & ~empty;
always @(posedge clk) begin
  if (push) mem[wp] <= d;
  if (rst) begin rp <= 0; count <= 0; end
  else begin if (pop) rp <= rp + 1; count <= count + push - pop; end
end
endmodule
"""
CLOCKED = "always @(posedge clk) begin"
EDGE = f"{CLOCKED}\n  if (push) mem[wp[2:0]] <= d;"
ASKED = "output odd, full"
BOXED = COUNTED.replace("output full", ASKED).replace("endmodule", "box b(.i(count), .o(odd));\nendmodule")
BOXED_OTHER = WRAPPED.replace("output full", ASKED).replace(
    "endmodule", "box b(.i(wp - rp), .o(odd));\nendmodule"
)
WIDE = """module m(input clk, rst, en, output reg [199:0] q);
always @(posedge clk) if (rst) q <= 0; else if (en) q <= q + 1;
endmodule
"""
WIDE_OTHER = """module m(input clk, rst, en, output reg [199:0] q);
always @(posedge clk) q <= rst ? 0 : q + en;
endmodule
"""
SPACE = """module m(input clk, rst, up, down, output [23:0] level);
reg [23:0] a; assign level = a;
always @(posedge clk) if (rst) a <= 0; else a <= a + up - down;
endmodule
"""
SPACE_OTHER = """module m(input clk, rst, up, down, output [23:0] level);
reg [23:0] u, v; assign level = u - v;
always @(posedge clk) if (rst) begin u <= 0; v <= 0; end else begin u <= u + up; v <= v + down; end
endmodule
"""
EQUAL = {
    "count, wrap bits": (COUNTED, WRAPPED),
    "wrap bits, count": (WRAPPED, COUNTED),
    "two pointers, one and the count": (COUNTED, KEPT),
    "one pointer and the count, two": (KEPT, COUNTED),
    "a counter that no simulation fills": (WIDE, WIDE_OTHER),
    "a black box that is told the count": (BOXED, BOXED_OTHER),
    "a level, and two counts": (SPACE, SPACE_OTHER),
    "two counts, and a level": (SPACE_OTHER, SPACE),
}
NEAR = {
    "full one too early": (WRAPPED, "wp == {~rp[3], rp[2:0]}", "wp - rp == 4'd7"),
    "full one too late": (WRAPPED, "wp == {~rp[3], rp[2:0]}", "wp - rp == 4'd9"),
    "full at one place missed": (WRAPPED, "rp[2:0]}", "rp[2:0]} && wp != 13"),
    "empty one too early": (WRAPPED, "wp == rp;", "wp - rp <= 4'd1;"),
    "empty by the low bits": (WRAPPED, "empty = wp == rp", "empty = wp[2:0] == rp[2:0]"),
    "wrap bit of one pointer lost": (WRAPPED, "wp <= wp + push", "wp <= {1'b0, wp[2:0] + push}"),
    "wrap bit wrong at one place": (
        WRAPPED,
        "wp <= wp + push",
        "wp <= wp + push + (wp == 15 && push ? 8 : 0)",
    ),
    "another reset value": (WRAPPED, "wp <= 0; rp <= 0", "wp <= 8; rp <= 0"),
    "a bit is not reset": (WRAPPED, "rp <= 0", "rp[2:0] <= 0"),
    "reset of one pointer alone": (WRAPPED, "begin wp <= 0; rp <= 0; end", "wp <= 0;"),
    "asynchronous reset": (WRAPPED, "always @(posedge clk)", "always @(posedge clk or posedge rst)"),
    "the other edge": (WRAPPED, "always @(posedge clk)", "always @(negedge clk)"),
    "pops while empty": (WRAPPED, "rd & ~empty", "rd & ~(empty && wp != 11)"),
    "pushes while full": (WRAPPED, "wr & ~full", "wr & ~(full && d != 5)"),
    "a bit of a word": (WRAPPED, "<= d;", "<= d ^ (wp == 14);"),
    "a word read beside": (WRAPPED, "mem[rp[2:0]]", "mem[rp[2:0] ^ (rp == 15 && wp == 7)]"),
    "written at another place": (WRAPPED, "mem[wp[2:0]] <=", "mem[wp[2:0] ^ (&wp & &d)] <="),
    "the count off by one": (COUNTED, "count + push - pop", "count + push - pop + (push & pop & &rp)"),
    "a memory of latches": (WRAPPED, EDGE, f"always @* if (~clk & push) mem[wp[2:0]] = d;\n{CLOCKED}"),
    "both edges": (WRAPPED, CLOCKED, "always @(posedge clk or negedge clk) begin"),
    "a sum that is wrong far out": (SPACE_OTHER, "level = u - v", "level = u - v - (u == 24'h800000)"),
    "a short counter": (SPACE_OTHER, "[23:0] u, v", "[22:0] u, v"),
    "a black box that is told otherwise": (BOXED_OTHER, "wp - rp)", "{1'b0, wp[2:0] - rp[2:0]})"),
    "a wide counter with one wrong bit": (WIDE_OTHER, "q + en", "(q + en) ^ (&q[150:0] << 160)"),
}
OF = {WRAPPED: COUNTED, COUNTED: WRAPPED, SPACE_OTHER: SPACE, WIDE_OTHER: WIDE, BOXED_OTHER: BOXED}
START = {
    "a start value of the reference": (COUNTED.replace("count;", "count = 0;"), WRAPPED),
    "a start value that is another": (
        COUNTED.replace("wp, rp;", "wp = 0, rp = 0;").replace("count;", "count = 0;"),
        WRAPPED.replace("wp, rp;", "wp = 1, rp = 1;"),
    ),
    "what a memory holds": (COUNTED.replace("wire push", "initial mem[0] = 7; wire push"), WRAPPED),
    "a reference without a reset": (
        COUNTED.replace("wp, rp;", "wp = 0, rp = 0;")
        .replace("count;", "count = 0;")
        .replace("if (rst)", "if (0)"),
        WRAPPED.replace("if (rst)", "if (0)"),
    ),
}


async def _all(pairs: dict[str, tuple[str, str]]) -> dict[str, Verdict]:
    check = Equivalence({"limit_s": "2"})
    async with open_box(workers=2) as box:

        async def one(reference: str, candidate: str) -> Verdict:
            return await check.check(candidate, Context(reference=reference), box)

        return dict(zip(pairs, await asyncio.gather(*(one(*pair) for pair in pairs.values())), strict=True))


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    near = {}
    for name, (text, old, new) in NEAR.items():
        assert text.count(old) == 1, name
        near[name] = (OF[text], text.replace(old, new))
    return asyncio.run(_all({**EQUAL, **near, **START}))


@pytest.mark.parametrize("name", EQUAL)
def test_what_one_step_proves(name: str, verdicts: dict[str, Verdict]) -> None:
    found = verdicts[name]
    assert (found.status, found.data.get("engine"), found.data.get("start")) == (
        "equivalent",
        "one step",
        "x",
    )


@pytest.mark.parametrize("name", [*NEAR, *START])
def test_what_is_almost_equal(name: str, verdicts: dict[str, Verdict]) -> None:
    assert verdicts[name].status != "equivalent", verdicts[name].data


def test_what_it_rests_on_is_told(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["a counter that no simulation fills"].data["invariant"]["sums"] == 0
    assert verdicts["count, wrap bits"].data["invariant"]["sums"] == 4
