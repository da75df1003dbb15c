"""Proofs by one step of what is equal only where the reference defines it, and what is almost equal.

Nothing is played here: what is not equal must not be proved.
"""

from __future__ import annotations

import asyncio

import pytest

from rtlglot.checks.equivalence import Equivalence
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box

CHOSEN = """module m(input clk, rst, la, lb, ls, sel, input [11:0] d, output reg [11:0] acc);
reg s; reg [11:0] a, b;
always @(posedge clk) begin
  if (la) a <= d; if (lb) b <= d; if (ls) s <= sel;
  if (rst) acc <= 0; else acc <= acc + ((a & {12{s}}) | (b & {12{~s}}));
end
endmodule
"""
CHOOSING = CHOSEN.replace("(a & {12{s}}) | (b & {12{~s}})", "s ? a : b")
"""It knows what it chooses where a and b are the same."""
KEPT = """module m(input clk, rst, la, lb, ls, sel, input [11:0] d, output reg [11:0] acc);
reg [2:0] s; reg [23:0] both; wire [11:0] c = s[1] ? both[11:0] : both[23:12];
always @(posedge clk) begin
  if (la) both[11:0] <= d; if (lb) both[23:12] <= d; if (ls) s <= {3{sel}};
  acc <= {12{~rst}} & (c + acc);
end
endmodule
"""
ROUNDS = """module m(input clk, rst, load, input [31:0] block, output reg [15:0] hash, output reg done);
reg [7:0] w [0:3]; reg [7:0] a, b, c; reg [3:0] round; integer i;
wire [7:0] ch = (a & b) ^ (~a & c);
always @(posedge clk) begin
  done <= 0;
  if (rst) round <= 8;
  else if (load) begin
    round <= 0; {a, b, c} <= 24'h6a09e6;
    for (i = 0; i < 4; i = i + 1) w[i] <= block[31 - 8 * i -: 8];
  end else if (round < 8) begin
    {c, b, a} <= {b, a, ch + w[0] + {c[2:0], c[7:3]}};
    for (i = 0; i < 3; i = i + 1) w[i] <= w[i + 1];
    w[3] <= w[0] + w[2];
    round <= round + 1;
    if (round == 7) done <= 1;
  end
  hash <= {a, c};
end
endmodule
"""
ROUNDS_OTHER = (
    ROUNDS.replace("(a & b) ^ (~a & c)", "c ^ (a & (b ^ c))")
    .replace("round < 8", "~round[3]")
    .replace("ch + w[0] + {c[2:0], c[7:3]}", "(ch + {c[2:0], c[7:3]}) + w[0]")
)
CORE = """module m(input clk, rst, input [11:0] code, output reg [7:0] pc, output [7:0] out);
reg [7:0] x [0:3]; reg [7:0] sum; integer i;
wire [7:0] one = x[code[1:0]], two = code[2] ? x[code[4:3]] : {{6{code[4]}}, code[4:3]};
always @*
  case (code[7:5])
    0: sum = code[2] & code[8] ? one - two : one + two;
    1: sum = $signed(one) < $signed(two);
    2: sum = one < two;
    3: sum = one ^ two;
    4: sum = one >> two[2:0];
    default: sum = one & two;
  endcase
always @(posedge clk)
  if (rst) begin pc <= 0; for (i = 0; i < 4; i = i + 1) x[i] <= 0; end
  else begin
    pc <= code[11] && one == two ? pc + two : pc + 1;
    if (code[10:9] != 0) x[code[10:9]] <= sum;
  end
assign out = sum;
endmodule
"""
CORE_OTHER = (
    CORE.replace("$signed(one) < $signed(two)", "one[7] ^ two[7] ? one[7] : one < two")
    .replace(
        "code[2] & code[8] ? one - two : one + two",
        "one + (two ^ {8{code[2] & code[8]}}) + (&code[2:2] & code[8])",
    )
    .replace("code[10:9] != 0", "|code[10:9]")
)
DEEP = """module m(input clk, rst, la, lb, ls, sel, input [11:0] d, output reg [11:0] acc);
reg s; reg [11:0] a, b; reg [16:0] age;
always @(posedge clk) begin
  if (la) a <= d; if (lb) b <= d; if (ls) s <= sel;
  age <= rst ? 0 : age + 1;
  if (rst) acc <= 0; else acc <= acc + (LATE);
end
endmodule
"""
CACHED = """module m(input clk, rst, put, input [7:0] d, key, output hit, output [7:0] out);
reg [7:0] kept [0:3]; reg [3:0] valid; integer i;
wire [3:0] same = {kept[3] == key, kept[2] == key, kept[1] == key, kept[0] == key} & valid;
assign hit = |same, out = {8{valid[3]}} & (kept[3] == key ? d : key);
always @(posedge clk)
  if (rst) valid <= 0;
  else if (put) begin
    for (i = 3; i > 0; i = i - 1) kept[i] <= kept[i - 1];
    kept[0] <= d; valid <= {valid[2:0], 1'b1};
  end
endmodule
"""
CACHED_OTHER = """module m(input clk, rst, put, input [7:0] d, key, output hit, output [7:0] out);
reg [31:0] kept; reg v0, v1, v2, v3;
wire [8:0] n0 = kept[7:0] - key, n1 = kept[15:8] - key, n2 = kept[23:16] - key, n3 = kept[31:24] - key;
wire s0 = v0 & n0 == 0, s1 = v1 & n1 == 0, s2 = v2 & n2 == 0, s3 = v3 & n3 == 0;
assign hit = s0 | s1 | s2 | s3, out = {8{v3}} & (d & {8{n3 == 0}} | key & {8{|n3}});
always @(posedge clk) begin
  if (rst) {v3, v2, v1, v0} <= 0; else if (put) {v3, v2, v1, v0} <= {v2, v1, v0, 1'b1};
  if (put & ~rst) kept <= {kept[23:0], d};
end
endmodule
"""
EQUAL = {
    "words that are known where they are valid": (CACHED, CACHED_OTHER),
    "a choice by gates, and by a condition": (CHOSEN, CHOOSING),
    "registers joined, and copies of one": (CHOSEN, KEPT),
    "rounds that start when they are told": (ROUNDS, ROUNDS_OTHER),
    "a core whose comparison sees more": (CORE, CORE_OTHER),
}
NEAR = {
    "one wrong bit": (CHOSEN, CHOOSING, "s ? a : b", "(s ? a : b) ^ (&a << 11)"),
    "wrong for one pair of values": (CHOSEN, CHOOSING, "s ? a : b", "s ? a : b ^ (a == 12'h5a5)"),
    "the other one chosen": (CHOSEN, CHOOSING, "s ? a : b", "s ? b : a"),
    "chosen otherwise where they are far apart": (CHOSEN, CHOOSING, "s ? a", "s ^ (a == ~b) ? a"),
    "another reset value": (CHOSEN, CHOOSING, "acc <= 0", "acc <= 1"),
    "a bit is not reset": (CHOSEN, CHOOSING, "acc <= 0", "acc[10:0] <= 0"),
    "a register loaded with another": (CHOSEN, CHOOSING, "if (ls) s", "if (ls | la) s"),
    "a register loaded too seldom": (CHOSEN, CHOOSING, "if (la) a", "if (la & ~(lb & &d)) a"),
    "one copy stays behind": (CHOSEN, KEPT, "s <= {3{sel}}", "s <= {sel, sel & ~&d, sel}"),
    "a join that is turned": (CHOSEN, KEPT, "both[11:0] : both[23:12]", "both[23:12] : both[11:0]"),
    "wrong after 2 ** 16 steps": (CHOSEN, DEEP, "LATE", "(s ? a : b) + age[16]"),
    "wrong in the last of 2 ** 17 steps": (CHOSEN, DEEP, "LATE", "(s ? a : b) + (&age & s)"),
    "a bit of the one chosen wrong, and late": (CHOSEN, DEEP, "LATE", "(s ? a ^ (age[16] << 3) : b)"),
    "the one chosen is the other, and late": (CHOSEN, DEEP, "LATE", "(s ^ age[16] ? a : b)"),
    "late, where the reference defines all": (CHOSEN, DEEP, "LATE", "(s ? a : b) + (age[16] & &a & ~|b)"),
    "a start value of the reference": (
        CHOSEN.replace("reg s;", "reg s = 1;"), CHOOSING, "reg s;", "reg  s;",
    ),
    "another start value": (
        CHOSEN.replace("reg s;", "reg s = 1;"), CHOOSING, "reg s;", "reg s = 0;",
    ),
    "start values of a word, one bit wrong": (
        CHOSEN.replace("a, b;", "a = 7, b = 9;"), CHOOSING, "a, b;", "a = 7, b = 8;",
    ),
    "a word that counts before it is there": (CACHED, CACHED_OTHER, "v1, v0, 1'b1}", "v1, 1'b1, 1'b1}"),
    "one is valid after a reset": (CACHED, CACHED_OTHER, "v0} <= 0", "v0} <= 4'b1000"),
    "a word moves without its bit": (CACHED, CACHED_OTHER, "if (put & ~rst)", "if (~rst)"),
    "a word wrong where it is all ones": (CACHED, CACHED_OTHER, "[23:0], d}", "[23:0], d ^ (&kept[31:24])}"),
    "the last one is always compared": (CACHED, CACHED_OTHER, "v3 & n3 == 0;", "(v3 | &kept) & n3 == 0;"),
    "the last one is forgotten": (CACHED, CACHED_OTHER, "| s2 | s3,", "| s2 | (s3 & ~&key),"),
    "ch with one operand turned": (ROUNDS, ROUNDS_OTHER, "b ^ c))", "b ^ ~c))"),
    "a round more": (ROUNDS, ROUNDS_OTHER, "~round[3]", "round <= 8"),
    "a round less": (ROUNDS, ROUNDS_OTHER, "~round[3]", "~round[3] && round != 7"),
    "done a step early": (ROUNDS, ROUNDS_OTHER, "round == 7", "round == 6"),
    "a constant with a wrong bit": (ROUNDS, ROUNDS_OTHER, "6a09e6", "6a09e7"),
    "rounds start unknown": (ROUNDS, ROUNDS_OTHER, "round <= 0; ", ""),
    "a word of the block is kept": (ROUNDS, ROUNDS_OTHER, "i < 4", "i < 3"),
    "a word wrong for one value": (ROUNDS, ROUNDS_OTHER, "w[0] + w[2]", "w[0] + w[2] + (w[2] == 8'h93)"),
    "rounds run before a load": (ROUNDS, ROUNDS_OTHER, "if (rst) round <= 8", "if (rst) round <= 0"),
    "signs compared as numbers": (CORE, CORE_OTHER, "one[7] ^ two[7] ? one[7] : ", ""),
    "signs compared the other way": (CORE, CORE_OTHER, "? one[7] :", "? two[7] :"),
    "a carry is lost": (CORE, CORE_OTHER, "+ (&code[2:2] & code[8])", ""),
    "a register that must not is written": (CORE, CORE_OTHER, "if (|code[10:9])", ""),
    "a register is not reset": (CORE, CORE_OTHER, "i < 4; i", "i < 3; i"),
    "a register is reset to another value": (CORE, CORE_OTHER, "x[i] <= 0", "x[i] <= i == 3"),
    "a branch wrong for one value": (CORE, CORE_OTHER, "one == two", "one == two && one != 8'h7d"),
    "a shift by one bit less": (CORE, CORE_OTHER, "two[2:0]", "two[1:0]"),
}  # fmt: skip


LESS = {
    "x where the reference answers": (
        CHOOSING, CHOOSING, "s ? a : b", "(a & {12{s}}) | (b & {12{~s}})",
    ),
    "x where the reference answers, and late": (
        CHOOSING, DEEP, "LATE", "age[16] ? (a & {12{s}}) | (b & {12{~s}}) : s ? a : b",
    ),
    "x in one bit of a sum": (
        CHOOSING, CHOOSING, "s ? a : b", "{s ? a[11:1] : b[11:1], (a[0] & s) | (b[0] & ~s)}",
    ),
    "a register that nothing sets decides nothing": (
        CHOOSING, CHOOSING, "rst) acc <= 0;", "rst) acc <= 0; else if (a & ~a) acc <= 1;",
    ),
}  # fmt: skip
"""Equal whatever they power up with, and x where the reference is not."""


async def _all(pairs: dict[str, tuple[str, str]]) -> dict[str, Verdict]:
    check = Equivalence({"limit_s": "3", "replay": "false"})
    async with open_box(workers=2) as box:

        async def one(reference: str, candidate: str) -> Verdict:
            return await check.check(candidate, Context(reference=reference), box)

        return dict(zip(pairs, await asyncio.gather(*(one(*pair) for pair in pairs.values())), strict=True))


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    near = {}
    for name, (reference, text, old, new) in {**NEAR, **LESS}.items():
        assert text.count(old) == 1, name
        near[name] = (reference, text.replace(old, new))
    return asyncio.run(_all({**EQUAL, **near}))


@pytest.mark.parametrize("name", EQUAL)
def test_what_one_step_proves(name: str, verdicts: dict[str, Verdict]) -> None:
    found = verdicts[name]
    told = (found.status, found.data.get("engine"), found.data.get("start"))
    assert told == ("equivalent", "one step", "x"), found.data


@pytest.mark.parametrize("name", NEAR)
def test_what_is_almost_equal(name: str, verdicts: dict[str, Verdict]) -> None:
    assert verdicts[name].status != "equivalent", verdicts[name].data


@pytest.mark.parametrize("name", LESS)
def test_what_is_x_where_the_reference_is_not(name: str, verdicts: dict[str, Verdict]) -> None:
    found = verdicts[name]
    assert (found.status, found.data.get("start")) != ("equivalent", "x"), found.data


def test_what_it_rests_on_is_told(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["a choice by gates, and by a condition"].data["invariant"]["defined"] >= 24
    assert verdicts["rounds that start when they are told"].data["invariant"]["defined"] == 0
    assert verdicts["rounds that start when they are told"].data["invariant"]["implied"] > 80
