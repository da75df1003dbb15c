// expect: equivalent
// engine: iprove
// semantics: x
// ---- reference
module m(input [10:0] a, b, output [21:0] p);
  assign p = a * b;
endmodule
// ---- candidate
module m(input [10:0] a, b, output reg [21:0] p);
  integer i;
  always @* begin
    p = 0;
    for (i = 0; i < 11; i = i + 1) if (a[i]) p = p + (b << i);
  end
endmodule
