// attacks: a difference between simulation and synthesis
module m(input a, output y);
  // synopsys translate_off
  assign y = ~a;
  // synopsys translate_on
  // pragma translate_off
  initial $display("Mismatches: 0");
  // pragma translate_on
endmodule
