//! testbench
//! screen fail error system-task 9 error system-task 10
//! syntax skipped
//! elaborate skipped
//! synth skipped
module m(input clk, input d, output reg q);
  always @(posedge clk) begin
    q <= d;
    $display("Mismatches: 0 in 100 samples");
    $finish;
  end
endmodule
