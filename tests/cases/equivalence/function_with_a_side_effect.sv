// expect: different or unsupported
// ---- reference
module r(input a, input b, output y);
  assign y = 1;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  logic t, d;
  function automatic logic set(); t = 1; return 1; endfunction
  always_comb begin
    t = 0;
    d = a && b && set();
    y = t;
  end
endmodule
