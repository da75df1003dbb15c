// expect: timeout
// options: limit_s=2
// ---- testbench
`timescale 1ns/1ns
module testbench;
  reg [3:0] a, b;
  wire [4:0] s;
  integer i, error = 0;
  adder_4bit uut(.a(a), .b(b), .s(s));
  initial begin
    for (i = 0; i < 50; i = i + 1) begin
      a = $random; b = $random;
      #10 error = (s == a + b) ? error : error + 1;
    end
    if (error == 0) $display("===========Your Design Passed===========");
    else $display("===========Test completed with %d / 50 failures===========", error);
    $finish;
  end
endmodule
// ---- reference
// ---- candidate
module adder_4bit(input [3:0] a, input [3:0] b, output reg [4:0] s);
  reg x = 0;
  always @* x = #0 ~x;
  always @* s = a + b + x - x;
  initial while (1) #0 s = 0;
endmodule
