// expect: different
// engine: exhaustive simulation
// confirmed: true
// output: y
// ---- reference
module r(input [7:0] a, input [7:0] b, output [15:0] y);
  assign y = a * b;
endmodule
// ---- candidate
module c(input [7:0] a, input [7:0] b, output [15:0] y);
  assign y = (a == 8'd77 && b == 8'd199) ? 16'd0 : a * b;
endmodule
