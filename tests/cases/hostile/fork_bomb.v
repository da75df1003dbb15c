// attacks: simulation: threads without end
module m(input a, output reg y);
  task automatic t;
    fork
      t;
      t;
    join_none
  endtask
  initial begin
    forever t;
    y = a;
  end
endmodule
