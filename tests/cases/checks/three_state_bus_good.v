//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module bus(input e0, input e1, input d0, input d1, inout b, output q);
  assign b = e0 ? d0 : 1'bz;
  assign b = e1 ? d1 : 1'bz;
  assign q = b;
endmodule
