//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 10
module m(input [7:0] a, output logic [3:0] y);
  always_comb begin
    int i;
    i = 0;
    y = 0;
    do begin
      y = y + a[i];
      i++;
    end while (i < 8);
  end
endmodule
