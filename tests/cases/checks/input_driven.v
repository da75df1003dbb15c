//! screen pass
//! syntax pass
//! elaborate fail error InputPortCoercion 8
//! synth skipped
module reverse(
  input [7:0] in,
  output [7:0] out);
  assign {out[0],out[1],out[2],out[3],out[4],out[5],out[6],in[7]} = in;
endmodule
