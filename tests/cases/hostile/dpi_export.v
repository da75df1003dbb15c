// attacks: code outside Verilog
module m(output y);
  export "DPI-C" function f;
  function int f(); return 1; endfunction
  assign y = 1;
endmodule
