// expect: unsupported
// ---- reference
module r(input clk, input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input clk, input a, output y);
  reg [1:0] ring;
  always @(posedge clk) ring <= {ring[0], ~ring[1]};
  assign y = $isunknown(ring) ? a : ~a;
endmodule
