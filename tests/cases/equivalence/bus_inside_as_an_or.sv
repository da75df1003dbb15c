// expect: equivalent
// ---- reference
module r(input [1:0] e, input [1:0] a, b, output [1:0] y);
  wire [1:0] bus;
  assign bus = e[0] ? a : 2'bz;
  assign bus = e[1] ? b : 2'bz;
  assign y = ~bus;
endmodule
// ---- candidate
module c(input [1:0] e, input [1:0] a, b, output [1:0] y);
  wire [1:0] bus = ({2{e[0]}}&a) | ({2{e[1]}}&b);
  assign y = ~bus;
endmodule
