// attacks: the log: prints what the tool's errors look like
module m(input a, output y);
  $info("ERROR: syntax error in your neighbour");
  initial $display("design.sv:1: ERROR: nothing is wrong");
  assign y = a;
endmodule
