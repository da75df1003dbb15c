// expect: unsupported
// says: defines none of its outputs
// ---- reference
module m(input a, output [2:0] y, output reg z);
endmodule
// ---- candidate
module m(input a, output [2:0] y, output z);
  assign y = {1'bx, ~a, 1'bx};
  assign z = 1'bx;
endmodule
