// expect: equivalent
// ---- reference
module r(input [3:0] a, input [3:0] b, input cin, output [3:0] s, output cout);
  assign {cout, s} = a + b + cin;
endmodule
// ---- candidate
module full(input a, input b, input c, output s, output co);
  assign s = a ^ b ^ c;
  assign co = (a & b) | (c & (a ^ b));
endmodule
module ripple(input [3:0] a, input [3:0] b, input cin, output [3:0] s, output cout);
  wire [4:0] c;
  assign c[0] = cin;
  assign cout = c[4];
  genvar i;
  generate for (i = 0; i < 4; i = i + 1) begin : stage
    full f(.a(a[i]), .b(b[i]), .c(c[i]), .s(s[i]), .co(c[i+1]));
  end endgenerate
endmodule
