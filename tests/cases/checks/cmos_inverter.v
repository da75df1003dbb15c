//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 7 warning beyond-synthesis 8
module inverter(input a, output y);
  supply1 vdd; supply0 gnd;
  pmos p(y, vdd, a);
  nmos n(y, gnd, a);
endmodule
