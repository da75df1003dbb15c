// expect: equivalent
// ---- reference
module r(input bit, input do, output logic);
  assign logic = bit & do;
endmodule
// ---- candidate
module c(input bit, input do, output logic);
  assign logic = ~(~bit | ~do);
endmodule
