// expect: equivalent
// ---- reference
module r(input signed [7:0] a, output signed [7:0] y);
  assign y = a - -8'sd1;
endmodule
// ---- candidate
`define MINUS -
`define ONE -8'sd1
module c(input signed [7:0] a, output signed [7:0] y);
  assign y = a`MINUS`ONE;
endmodule
