// expect: unconfirmed
// ---- reference
module r(input clk, input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input clk, input a, input b, output y);
  reg [3:0] age;
  always @(posedge clk) age <= age + 4'd1;
  assign y = (a & b) ^ (age === 4'd11);
endmodule
