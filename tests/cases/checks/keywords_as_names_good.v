//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input [3:0] bit, input do, output reg [3:0] final);
  reg [3:0] int, byte;
  always @(posedge clk) begin
    int <= bit;
    byte <= int;
    if (do) final <= byte;
  end
endmodule
