// expect: different
// confirmed: true
// ---- reference
module r(input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  reg s;
  always @(posedge clk) begin
    s <= s;
    if (s) q <= d; else if (~s) q <= d; else q <= ~d;
  end
endmodule
