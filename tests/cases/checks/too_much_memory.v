//! set synth.max_memory_bits=1000
//! screen pass
//! syntax pass
//! elaborate pass
//! synth fail error too-much-memory 0
module ram(input clk, input [9:0] addr, input [7:0] d, output reg [7:0] q);
  reg [7:0] mem [0:1023];
  always @(posedge clk) begin
    mem[addr] <= d;
    q <= mem[addr];
  end
endmodule
