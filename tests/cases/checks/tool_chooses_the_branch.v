//! screen fail error system-task 7
//! syntax skipped
//! elaborate skipped
//! synth skipped
module m(input a, output y);
`ifdef VERILATOR
  initial $system("date");
`endif
  assign y = ~a;
endmodule
