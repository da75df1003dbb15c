//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 6
module gate(inout a, b, input open);
  tranif1 t(a, b, open);
endmodule
