// attacks: yosys: wires whose names are commands for techmap
module m(input a, output y);
  wire [8*40-1:0] _TECHMAP_DO_00_ = "exec -- touch @TARGET@";
  wire [8*40-1:0] _TECHMAP_DO_ = "write_verilog @TARGET@";
  assign y = a;
endmodule
