//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input ca, input cb, input [3:0] a, input [3:0] b, output reg [3:0] x, output reg [3:0] y);
  function [3:0] gray2bin(input [3:0] g);
    integer i;
    for (i = 0; i < 4; i = i + 1) gray2bin[i] = ^(g >> i);
  endfunction
  always @(posedge ca) x <= gray2bin(a);
  always @(posedge cb) y <= gray2bin(b);
endmodule
