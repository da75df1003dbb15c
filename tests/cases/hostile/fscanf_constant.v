// attacks: host files, while constants are evaluated
module m(output [31:0] y);
  function automatic integer leak(input integer x);
    integer f;
    f = $fopen("@SECRET@", "r");
    leak = $fscanf(f, "%d", x);
  endfunction
  localparam L = leak(0);
  assign y = L;
endmodule
