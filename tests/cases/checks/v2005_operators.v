//! std v2005
//! screen pass
//! syntax fail error not-in-standard 9 error not-in-standard 10 error not-in-standard 10
//! elaborate skipped
//! synth skipped
module m(input [3:0] a, output reg [3:0] y);
  integer i;
  always @* begin
    y = '0;
    for (i = 0; i < 4; i++) y += a[i];
  end
endmodule
