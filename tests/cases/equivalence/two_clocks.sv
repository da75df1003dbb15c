// expect: equivalent
// clocking: moment
// ---- reference
module r(input clka, input clkb, input d, output reg q);
  reg p;
  always @(posedge clka) p <= d;
  always @(posedge clkb) q <= p;
endmodule
// ---- candidate
module c(input clka, input clkb, input d, output q);
  reg p, n;
  always @(posedge clka) p <= ~d;
  always @(posedge clkb) n <= p;
  assign q = ~n;
endmodule
