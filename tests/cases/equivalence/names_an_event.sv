// expect: unsupported
// says: yosys cannot build an event (line 3)
// note: the front end says no more than "unsupported language feature"
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output reg y);
  event changed;
  always @(a) -> changed;
  always @(changed) y = a;
endmodule
