// expect: equivalent
// engine: the same netlist
// ---- reference
module m(input clk, rst, we, input [3:0] d, output reg [3:0] q, output reg v);
  always @(posedge clk or posedge rst)
    if (rst) v <= 0;
    else if (we) begin
      v <= 1;
      q <= d;
    end
endmodule
// ---- candidate
module m(input clk, rst, we, input [3:0] d, output reg [3:0] q, output reg v);
  always @(posedge clk or posedge rst)
    if (rst) q <= q;
    else if (we) q <= d;
  always @(posedge clk or posedge rst)
    if (rst) v <= 0;
    else if (we) v <= 1;
endmodule
