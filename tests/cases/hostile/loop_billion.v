// attacks: synthesis: a loop to unroll a thousand million times
module m(input [31:0] a, output reg [31:0] y);
  integer i;
  always @* begin
    y = a;
    for (i = 0; i < 1000000000; i = i + 1) y = y + i;
  end
endmodule
