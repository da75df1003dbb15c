// expect: fail
// says: force
// ---- testbench
`timescale 1 ps/1 ps
module stimulus_gen(input clk, output logic d);
  initial begin
    repeat (20) @(posedge clk, negedge clk) d <= $random;
    #1 $finish;
  end
endmodule
module tb;
  int errors, samples;
  reg clk = 0;
  initial forever #5 clk = ~clk;
  logic d, q_ref, q_dut;
  stimulus_gen stim(.clk, .d);
  RefModule good1(.clk(clk), .d(d), .q(q_ref));
  TopModule top_module1(.clk(clk), .d(d), .q(q_dut));
  always @(posedge clk, negedge clk) begin
    samples++;
    if (q_ref !== (q_ref ^ q_dut ^ q_ref)) errors++;
  end
  final $display("Mismatches: %1d in %1d samples", errors, samples);
endmodule
// ---- reference
module RefModule(input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
// ---- candidate
module TopModule(input clk, input d, output reg q);
  always @(posedge clk) q <= 0;
  initial force d = 0;
endmodule
