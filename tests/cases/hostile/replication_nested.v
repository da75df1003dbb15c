// attacks: memory: replications that multiply
module m(output y);
  assign y = ^{1000{{1000{{1000{{1000{1'b1}}}}}}}};
endmodule
