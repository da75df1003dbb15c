// expect: different
// clocking: moment
// confirmed: true
// ---- reference
module r(input clka, input clkb, input d, output reg q);
  reg p;
  always @(posedge clka) p <= d;
  always @(posedge clkb) q <= p;
endmodule
// ---- candidate
module c(input clka, input clkb, input d, output reg q);
  reg p;
  always @(posedge clka) p <= d;
  always @(negedge clkb) q <= p;
endmodule
