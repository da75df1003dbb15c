// expect: unconfirmed or different
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  wire [1:0] u;
  always @* casez (u) 2'b1?: y = a & b; 2'b0?: y = a & b; default: y = a ^ b; endcase
endmodule
