// expect: equivalent
// ---- reference
module r(input clk, input we, input [1:0] a, input [3:0] d, output [3:0] q);
  reg [3:0] m [0:3];
  always @(posedge clk) if (we) m[a] <= d;
  assign q = m[a];
endmodule
// ---- candidate
module c(input clk, input we, input [1:0] a, input [3:0] d, output reg [3:0] q);
  reg [3:0] m0, m1, m2, m3;
  always @(posedge clk) if (we) case (a)
    0: m0 <= d;
    1: m1 <= d;
    2: m2 <= d;
    3: m3 <= d;
  endcase
  always @* case (a)
    0: q = m0;
    1: q = m1;
    2: q = m2;
    default: q = m3;
  endcase
endmodule
