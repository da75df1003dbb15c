// expect: equivalent
// ---- reference
module r(input clk, input rst, input x, output z);
  reg [1:0] s;
  always @(posedge clk)
    if (rst) s <= 0;
    else case (s)
      0: s <= x ? 1 : 0;
      1: s <= x ? 1 : 2;
      2: s <= x ? 3 : 0;
      3: s <= x ? 1 : 2;
    endcase
  assign z = s == 3;
endmodule
// ---- candidate
module c(input clk, input rst, input x, output z);
  reg [3:0] h;
  always @(posedge clk)
    if (rst) h <= 4'b0001;
    else begin
      h[0] <= (h[0] | h[2]) & ~x;
      h[1] <= (h[0] | h[1] | h[3]) & x;
      h[2] <= (h[1] | h[3]) & ~x;
      h[3] <= h[2] & x;
    end
  assign z = h[3];
endmodule
