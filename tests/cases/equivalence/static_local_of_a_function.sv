// expect: different or unsupported
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  function f(input p, input q);
    reg first;
    begin f = first === 1'b0 ? 1'b0 : p & q; first = 0; end
  endfunction
  assign y = f(a, b);
endmodule
