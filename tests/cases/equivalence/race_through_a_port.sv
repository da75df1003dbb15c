// expect: different or unsupported
// ---- reference
module r(input clk, input d, output reg q);
  reg t;
  always @(posedge clk) begin t <= d; q <= t; end
endmodule
// ---- candidate
module stage(input clk, input i, output reg o);
  always @(posedge clk) o <= i;
endmodule
module c(input clk, input d, output q);
  reg t;
  always @(posedge clk) t = d;
  stage s(.clk(clk), .i(t), .o(q));
endmodule
