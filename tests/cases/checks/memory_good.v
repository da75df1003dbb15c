//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module ram(input clk, input we, input [5:0] addr, input [7:0] d, output reg [7:0] q);
  reg [7:0] mem [0:63];
  always @(posedge clk) begin
    if (we) mem[addr] <= d;
    q <= mem[addr];
  end
endmodule
