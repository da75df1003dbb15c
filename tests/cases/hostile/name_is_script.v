// attacks: yosys' script: a name that closes one command and opens another
module \m;exec_--_touch_@TARGET@;shell (input \a;write_verilog_@TARGET@; , output y);
  assign y = \a;write_verilog_@TARGET@; ;
endmodule
