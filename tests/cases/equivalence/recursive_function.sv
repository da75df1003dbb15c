// expect: equivalent
// note: one front end follows such a function for ever, and the other one reads it
// ---- reference
module r(input [7:0] a, output [3:0] y);
  function automatic [3:0] ones(input [7:0] x, input integer n);
    if (n == 0) ones = 0;
    else ones = x[n - 1] + ones(x, n - 1);
  endfunction
  assign y = ones(a, 8);
endmodule
// ---- candidate
module c(input [7:0] a, output reg [3:0] y);
  integer i;
  always @* begin
    y = 0;
    for (i = 0; i < 8; i = i + 1) y = y + a[i];
  end
endmodule
