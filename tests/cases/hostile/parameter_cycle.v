// attacks: elaboration: parameters made of each other
module m #(parameter A = B, parameter B = A + 1) (output [31:0] y);
  localparam C = $bits(logic [D:0]);
  localparam D = $bits(logic [C:0]);
  assign y = A + B + C;
endmodule
