// expect: different or unsupported
// ---- reference
module r(input clk, input c, output reg [3:0] n);
  initial n = 0;
  always @(posedge clk) n <= n + 1;
endmodule
// ---- candidate
module c(input clk, input c, output reg [3:0] n);
  initial n = 0;
  always @(posedge clk) begin
    if (c) n <= 0;
    n = n + 1;
  end
endmodule
