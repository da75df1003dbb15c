// expect: different or unsupported
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  logic t;
  always_comb begin
    t <= a & b;
    y <= t;
  end
endmodule
