// expect: equivalent
// ---- reference
module r(input [2:0] e, input [1:0] a, b, d, output [1:0] y, output z);
  wire [1:0] bus;
  assign bus = e[0] ? a : 2'bz;
  assign bus = e[1] ? b : 2'bz;
  assign bus = e[2] ? d : 2'bz;
  assign y = bus;
  assign z = ^bus & (|e);
endmodule
// ---- candidate
module c(input [2:0] e, input [1:0] a, b, d, output [1:0] y, output z);
  wire [1:0] bus;
  assign bus = e[2] ? d : 2'bz;
  assign bus = e[0] ? a : 2'bz;
  assign bus = e[1] ? b : 2'bz;
  assign y = bus;
  assign z = ^bus & (e != 0);
endmodule
