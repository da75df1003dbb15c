// expect: equivalent
// note: ports in another order, another module name
// clocking: none
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input b, input a, output y);
  assign y = ~(~a | ~b);
endmodule
