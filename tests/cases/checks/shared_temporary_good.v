//! screen pass
//! syntax pass
//! elaborate pass warning WidthExpand 9
//! synth pass
module m(input clk, input [3:0] a, b, output reg [4:0] p, output reg [4:0] q);
  reg [4:0] sum;
  always @(posedge clk) begin
    case (a)
      4'd0: sum = b;
      default: sum = a + b;
    endcase
    p <= sum;
  end
  always @(negedge clk) begin
    sum = a - b;
    q <= sum;
  end
endmodule
