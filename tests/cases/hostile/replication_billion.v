// attacks: memory: a thousand million bits by replication
module m(output y);
  assign y = ^{1000000000{1'b1}};
endmodule
