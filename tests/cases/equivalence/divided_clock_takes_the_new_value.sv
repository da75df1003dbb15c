// expect: unsupported
// ---- reference
module r(input clk, input rst, input d, output reg q);
  reg k, t;
  always @(posedge clk or posedge rst) if (rst) begin k <= 0; t <= 0; end else begin k <= ~k; t <= d; end
  always @(posedge k or posedge rst) if (rst) q <= 0; else q <= t;
endmodule
// ---- candidate
module c(input clk, input rst, input d, output reg q);
  reg k, t;
  always @(posedge clk or posedge rst) if (rst) begin k <= 0; t <= 0; q <= 0; end
    else begin k <= ~k; t <= d; if (!k) q <= d; end
endmodule
