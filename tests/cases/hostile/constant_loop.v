// attacks: constants: a function that never returns
module m(output [31:0] y);
  function integer f(input integer x);
    begin
      f = x;
      while (1) f = f + 1;
    end
  endfunction
  localparam L = f(1);
  assign y = L;
endmodule
