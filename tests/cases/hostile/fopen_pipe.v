// attacks: processes: a file name that is a command
module m(output reg y);
  integer f;
  initial begin
    f = $fopen("|touch @TARGET@", "w");
    y = 0;
  end
endmodule
