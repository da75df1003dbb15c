// expect: different
// confirmed: true
// ---- reference
module r(input [1:0] s, input a, input b, output reg y);
  always @* if (s[0]) y = a; else if (s[1]) y = b; else y = 0;
endmodule
// ---- candidate
module c(input [1:0] s, input a, input b, output logic y);
  always_comb begin
    y = 1;
    unique if (s[0]) y = a; else if (s[1]) y = b;
  end
endmodule
