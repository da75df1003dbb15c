"""Circuits, as Verilog for techmap, of cells that the other passes have none for or a less even one."""

import re

from rtlglot.tools.yosys.reader import CIRCUITS

ROWS, TURNED, GATES = "rows", "turned", "gates"
"""Of what products are made: of rows for the bits of their second operand or of their first, or, those of the
reference together with the sums around them, of the gates that yosys makes of them when it synthesises."""

POWER = """
(* techmap_celltype = "$pow" *)
module power(A, B, Y);
  parameter A_SIGNED = 0, B_SIGNED = 0, A_WIDTH = 1, B_WIDTH = 1, Y_WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_B_ = 0, _TECHMAP_CONSTVAL_B_ = 0;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  wire _TECHMAP_FAIL_ = B_SIGNED && !(_TECHMAP_CONSTMSK_B_[B_WIDTH-1] && !_TECHMAP_CONSTVAL_B_[B_WIDTH-1]);
  wire [Y_WIDTH*(B_WIDTH+1)-1:0] part, square;
  assign part[Y_WIDTH-1:0] = 1;
  generate
    if (A_SIGNED) assign square[Y_WIDTH-1:0] = $signed(A); else assign square[Y_WIDTH-1:0] = A;
    genvar i;
    for (i = 0; i < B_WIDTH; i = i + 1) begin
      wire [Y_WIDTH-1:0] p = part[Y_WIDTH*i +: Y_WIDTH], s = square[Y_WIDTH*i +: Y_WIDTH];
      assign part[Y_WIDTH*(i+1) +: Y_WIDTH] = B[i] ? p * s : p;
      assign square[Y_WIDTH*(i+1) +: Y_WIDTH] = s * s;
    end
  endgenerate
  assign Y = part[Y_WIDTH*B_WIDTH +: Y_WIDTH];
endmodule
"""
"""A power by squares, in the width of its result."""

_OPERAND = re.compile(r"\b[AB](?=\b|_SIGNED|_WIDTH)")
_ROWS = """
(* techmap_celltype = "$mul" *)
module rows(A, B, Y);
  parameter A_SIGNED = 0, B_SIGNED = 0, A_WIDTH = 1, B_WIDTH = 1, Y_WIDTH = 1;
  localparam ROWS = B_SIGNED || B_WIDTH > Y_WIDTH ? Y_WIDTH : B_WIDTH;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  wire [Y_WIDTH-1:0] one, other;
  wire [Y_WIDTH*(ROWS+1)-1:0] sums;
  assign sums[Y_WIDTH-1:0] = 0;
  generate
    if (A_SIGNED) assign one = $signed(A); else assign one = A;
    if (B_SIGNED) assign other = $signed(B); else assign other = B;
    genvar i;
    for (i = 0; i < ROWS; i = i + 1)
      assign sums[Y_WIDTH*(i+1) +: Y_WIDTH] =
        sums[Y_WIDTH*i +: Y_WIDTH] + ((one << i) & {Y_WIDTH{other[i]}});
  endgenerate
  assign Y = sums[Y_WIDTH*ROWS +: Y_WIDTH];
endmodule
"""


def rows(*, turned: bool) -> str:
    """A product row by row, as it is written where it is written out: the sums in between are then the
    same. A row is for a bit of the second operand, or of the first where it is `turned`."""
    return _OPERAND.sub(lambda name: {"A": "B", "B": "A"}[name[0]], _ROWS) if turned else _ROWS


def in_gates(module: str) -> list[str]:
    """Commands that make gates of a module's sums and products, in the widths that are needed. What they tell
    is defined more often than in a simulation, where one x makes all of a sum x: so only of a reference."""
    kinds = (f"{module}/t:${kind}" for kind in ("mul", "add", "sub", "neg"))
    made = " ".join(f"{module}/t:${kind}" for kind in ("alu", "macc", "macc_v2", "fa", "lcu"))
    mapped = [f"techmap -map %{CIRCUITS} {made}"] * 3
    return [f"wreduce {' '.join(kinds)}", f"opt_clean {module}", f"alumacc {module}", *mapped]
