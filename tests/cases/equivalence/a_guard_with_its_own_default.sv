// expect: equivalent
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
`ifndef WIDTH
`define WIDTH 1
`endif
module c(input a, input b, output logic y);
  wire [`WIDTH-1:0] t = a & b;
  assign y = t;
endmodule
