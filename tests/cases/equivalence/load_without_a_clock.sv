// expect: different or unsupported
// ---- reference
module r(input clk, input ld, input v, input d, output q);
  reg s;
  always @(posedge clk) s <= ld ? v : d;
  assign q = ld ? v : s;
endmodule
// ---- candidate
module c(input clk, input ld, input v, input d, output reg q);
  always @(posedge clk or posedge ld) if (ld) q <= v; else q <= d;
endmodule
