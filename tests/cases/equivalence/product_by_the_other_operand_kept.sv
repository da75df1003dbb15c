// expect: equivalent
// semantics: x
// ---- reference
module m(input clk, input signed [10:0] a, b, output reg signed [21:0] p);
  always @(posedge clk) p <= a * b;
endmodule
// ---- candidate
module m(input clk, input signed [10:0] a, b, output reg signed [21:0] p);
  integer i;
  reg signed [21:0] s;
  always @* begin
    s = 0;
    for (i = 0; i < 10; i = i + 1) if (a[i]) s = s + (b <<< i);
    if (a[10]) s = s - (b <<< 10);
  end
  always @(posedge clk) p <= s;
endmodule
