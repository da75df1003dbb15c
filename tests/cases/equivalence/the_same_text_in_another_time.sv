// expect: unsupported
// says: delay
// ---- reference
`timescale 1ns/1ns
module r(input a, input b, output y);
  assign #3 y = a & b;
endmodule
// ---- candidate
`timescale 1us/1ns
module r(input a, input b, output y);
  assign #3 y = a & b;
endmodule
