// attacks: processes: a shell command
module m(output reg y);
  initial y = $system("touch @TARGET@");
endmodule
