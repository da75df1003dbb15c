// attacks: simulation: forces and releases
module m(input a, output reg y);
  initial begin
    force a = 1;
    force y = a;
    assign y = 0;
    deassign y;
    release a;
  end
endmodule
