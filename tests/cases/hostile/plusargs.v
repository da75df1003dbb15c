// attacks: the command line of the tool
module m(output reg y);
  reg [8*64-1:0] s;
  initial y = $value$plusargs("%s", s) || $test$plusargs("");
endmodule
