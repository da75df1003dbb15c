//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input rst, input [3:0] d, output reg [3:0] q);
  initial begin
    $dumpfile("m.vcd");
    $dumpvars(0, m);
    $monitor("%0t %b", $time, q);
  end
  always @(posedge clk) begin
    if (rst) q <= 4'd0;
    else q <= d;
    if (^d === 1'bx) $error("unknown\t%b\n", d);
    if (q == 4'd15 && d == 4'd15) $strobe("full");
    if (d == 4'd14) $finish;
  end
endmodule
