// attacks: host files: writes a trace
module m(input a, output y);
  initial begin
    $dumpfile("@TARGET@");
    $dumpvars;
    $dumpports(m, "@TARGET@");
  end
  assign y = a;
endmodule
