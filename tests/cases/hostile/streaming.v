// attacks: constants: streams with slices that cannot be
module m(input [7:0] a, output [7:0] y);
  localparam L = {<< -1 {64'd5}};
  localparam M = {>> 2147483647 {{<< 0 {8'd1}}}};
  assign y = {<< byte {a, {<< {a}}}};
endmodule
