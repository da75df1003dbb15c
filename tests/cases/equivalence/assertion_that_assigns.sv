// expect: unsupported or different
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  always @* begin
    y = a | b;
    assert (1) y = a & b;
  end
endmodule
