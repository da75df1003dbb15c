//! screen pass
//! syntax fail error UnknownDirective 5
//! elaborate skipped
//! synth skipped
module m(input [`WIDTH-1:0] a, output y);
  assign y = ^a;
endmodule
