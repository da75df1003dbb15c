//! testbench
//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
// $display("in a comment") says nothing
module m(input a, output y);
  /* $finish; */
  assign y = a;
endmodule
