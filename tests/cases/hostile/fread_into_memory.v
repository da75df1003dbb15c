// attacks: host files
module m(output reg [7:0] y);
  reg [7:0] mem [0:255];
  integer f, n;
  initial begin
    f = $fopen("@SECRET@", "rb");
    n = $fread(mem, f);
    y = mem[0];
  end
endmodule
