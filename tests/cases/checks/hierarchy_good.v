//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module top(input [3:0] a, input [3:0] b, output [3:0] s, output c);
  wire [4:0] k;
  assign k[0] = 1'b0;
  genvar i;
  generate for (i = 0; i < 4; i = i + 1) begin : g
    full_adder fa(.a(a[i]), .b(b[i]), .ci(k[i]), .s(s[i]), .co(k[i+1]));
  end endgenerate
  assign c = k[4];
endmodule

module full_adder(input a, input b, input ci, output s, output co);
  assign {co, s} = a + b + ci;
endmodule
