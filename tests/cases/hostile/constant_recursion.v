// attacks: constants: a function that calls itself without end
module m(output [31:0] y);
  function automatic integer f(input integer x);
    f = f(x + 1) + f(x + 2);
  endfunction
  localparam L = f(1);
  assign y = L;
endmodule
