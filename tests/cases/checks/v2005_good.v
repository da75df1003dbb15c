//! std v2005
//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m #(parameter W = 4) (input [W-1:0] a, output reg [$clog2(W):0] n);
  integer i;
  always @* begin
    n = 0;
    for (i = 0; i < W; i = i + 1) n = n + a[i];
  end
endmodule
