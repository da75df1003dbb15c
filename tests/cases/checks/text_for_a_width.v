//! screen pass
//! syntax pass
//! elaborate incomplete
//! synth incomplete
module m #(parameter WIDTH = "set me") (input [WIDTH-1:0] a, output y);
  assign y = ^a;
endmodule
