// attacks: synthesis: a loop without an end
module m(input a, output reg y);
  integer i;
  always @* begin
    y = a;
    for (i = 0; i >= 0; i = 0) y = ~y;
    while (1) y = a;
  end
endmodule
