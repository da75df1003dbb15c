// expect: equivalent
// engine: exhaustive simulation
// ---- reference
module r(input signed [3:0] a, input signed [4:0] b, input [2:0] c, output signed [10:0] p, output [5:0] n, q);
  assign p = a * b;
  assign n = a * b;
  assign q = b * $signed({1'b0, c});
endmodule
// ---- candidate
module c(input signed [3:0] a, input signed [4:0] b, input [2:0] c, output reg signed [10:0] p, output reg [5:0] n, q);
  integer i;
  wire [10:0] x = {{7{a[3]}}, a}, y = {{6{b[4]}}, b};
  always @* begin
    p = 0;
    q = 0;
    for (i = 0; i < 11; i = i + 1) if (y[i]) p = p + (x << i);
    for (i = 0; i < 3; i = i + 1) if (c[i]) q = q + (y << i);
    n = p[5:0];
  end
endmodule
