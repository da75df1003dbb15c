// attacks: yosys: its own cells with parameters they cannot have
module m(input a, output y);
  \$and #(.A_WIDTH(-1), .B_WIDTH(2000000000), .Y_WIDTH(0)) c(.A(a), .B(a), .Y(y));
  \$mem_v2 #(.MEMID("x"), .SIZE(-5), .WIDTH(0), .ABITS(99)) d();
  \$dff #(.WIDTH(1 << 30)) e(.CLK(a), .D(a), .Q());
endmodule
