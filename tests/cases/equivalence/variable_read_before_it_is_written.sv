// expect: different
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output reg y);
  reg t;
  always @* begin
    y = t;
    t = a;
  end
endmodule
