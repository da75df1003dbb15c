// attacks: host files, in simulation and in constant functions
module m(output reg [7:0] y);
  integer f, n;
  initial begin
    f = $fopen("@SECRET@", "r");
    n = $fgetc(f);
    y = n;
  end
endmodule
