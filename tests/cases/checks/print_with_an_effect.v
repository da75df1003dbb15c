//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input [3:0] a, output reg [3:0] q);
  reg [3:0] n;
  function [3:0] next(input [3:0] x);
    begin
      n = n + 1;
      next = x + n;
    end
  endfunction
  always @(posedge clk) begin
    q <= a;
    $strobe("%d", next(a));
  end
endmodule
