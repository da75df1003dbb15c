// expect: different
// confirmed: true
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  function f(input v);
    f = v & b;
  endfunction
  assign y = f(a);
endmodule
