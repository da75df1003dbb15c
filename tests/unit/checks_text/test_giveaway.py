"""What of a design a text gives away as code, and what is only said."""

import html

import pytest

from rtlglot.prose.giveaway import giveaway

ROM = """module rom(input [3:0] a, output [7:0] y);
  wire [7:0] t [0:15] = '{8'h63, 8'h7c, 8'h77, 8'h7b, 8'hf2, 8'h6b, 8'h6f, 8'hc5,
                          8'h30, 8'h01, 8'h67, 8'h2b, 8'hfe, 8'hd7, 8'hab, 8'h76};
  assign y = t[a];
endmodule
"""
COUNTER = """module tick(input clk, input rst, input en, output reg [3:0] q, output full);
  assign full = (q == 4'd12) & en;
  always @(posedge clk)
    if (rst) q <= 4'd0;
    else if (en) q <= (q == 4'd12) ? 4'd0 : q + 4'd3;
endmodule
"""
LISTED = ROM.partition("{")[2].partition("}")[0]
LIMIT = 0.35


@pytest.mark.parametrize(
    ("text", "design"),
    [
        (f"The rom holds {LISTED} at its addresses.", ROM),
        (f"Put these behind one another: {LISTED.upper().replace(chr(10), ' ')}.", ROM),
        (
            "full becomes (q == 4'd12) & en. When rst, q becomes 4'd0. "
            "When en, q becomes (q == 4'd12) ? 4'd0 : q + 4'd3.",
            COUNTER,
        ),
        ("on posedge clk: if rst then n := 0 elif run then n := n == 12 ? 0 : n + 3", COUNTER),
    ],
)
def test_expressions_and_literals_as_verilog_writes_them_are_given_away(text: str, design: str) -> None:
    assert giveaway(text, design).score > LIMIT


@pytest.mark.parametrize(
    ("text", "design"),
    [
        ("In hex, from address 0: " + LISTED.replace("8'h", ""), ROM),
        ("\n".join(f"| {at} | {v.strip()[3:]} |" for at, v in enumerate(LISTED.split(","))), ROM),
        ("q goes up by 3 on a rising clk while en is high, from 12 to 0. full is q == 12 and en.", COUNTER),
        ("When en is high, q becomes q plus three; when rst is high, q becomes zero.", COUNTER),
        ("", COUNTER),
    ],
)
def test_what_is_said_in_words_or_in_a_table_is_not(text: str, design: str) -> None:
    assert giveaway(text, design).score < LIMIT


@pytest.mark.parametrize(
    "number", ["8'b29", "16'd" + "9" * 5000, "20000'h" + "f" * 5000, "4'd_", "'h", "3'o8"]
)
def test_numbers_that_are_none_are_words_like_others(number: str) -> None:
    design = COUNTER.replace("4'd12", number)
    assert giveaway(f"The value {number} is the last.", COUNTER).score == 0
    assert giveaway(f"It is:\n{design}", design).score > LIMIT


def test_what_is_written_so_that_it_looks_like_no_code_is_code() -> None:
    wide = {ord(c): ord(c) + 0xFEE0 for c in "abcdefghijklmnopqrstuvwxyz()=+?:"}
    for text in (html.escape(COUNTER), COUNTER.translate(wide), "\u200b".join(COUNTER)):
        assert giveaway(f"It is: {text}", COUNTER).score > LIMIT
