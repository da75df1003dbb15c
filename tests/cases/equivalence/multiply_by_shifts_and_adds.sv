// expect: equivalent
// engine: exhaustive simulation
// ---- reference
module r(input [7:0] a, input [7:0] b, output [15:0] y);
  assign y = a * b;
endmodule
// ---- candidate
module c(input [7:0] a, input [7:0] b, output reg [15:0] y);
  integer i;
  always @* begin
    y = 0;
    for (i = 0; i < 8; i = i + 1)
      if (b[i]) y = y + (a << i);
  end
endmodule
