// attacks: host files: writes one
module m(output y);
  reg [7:0] mem [0:3];
  initial begin
    mem[0] = 1;
    $writememh("@TARGET@", mem);
  end
  assign y = mem[0][0];
endmodule
