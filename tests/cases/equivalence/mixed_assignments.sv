// expect: equivalent
// ---- reference
module r(input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  reg t;
  always @(posedge clk) begin
    t = d;
    q <= t;
  end
endmodule
