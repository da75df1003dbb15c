// expect: different
// engine: sim3
// semantics: x
// confirmed: true
// deep: 20000
// note: the trace keeps its last steps; what is skipped is counted
// ---- reference
module r(input clk, input rst, output y);
  reg [14:0] n;
  always @(posedge clk) if (rst) n <= 0; else n <= n + 1;
  assign y = n == 15'd20001;
endmodule
// ---- candidate
module c(input clk, input rst, output y);
  reg [14:0] n;
  always @(posedge clk) if (rst) n <= 0; else n <= n + 1;
  assign y = n == 15'd20002;
endmodule
