// expect: equivalent
// ---- reference
module r(input [11:0] a, b, output [23:0] p);
  assign p = a * b;
endmodule
// ---- candidate
module c(input [11:0] a, b, output reg [23:0] p);
  integer i;
  always @* begin
    p = 0;
    for (i = 0; i < 12; i = i + 1) if (b[i]) p = p + (a << i);
  end
endmodule
