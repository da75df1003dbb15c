//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module adder_tree #(parameter N = 5) (input [4*N-1:0] a, output [7:0] y);
  generate
    if (N == 1) assign y = a;
    else begin : split
      wire [7:0] l, r;
      adder_tree #(N / 2) left (a[4*(N/2)-1:0], l);
      adder_tree #(N - N / 2) right (a[4*N-1:4*(N/2)], r);
      assign y = l + r;
    end
  endgenerate
endmodule
