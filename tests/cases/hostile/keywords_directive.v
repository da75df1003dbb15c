// attacks: the language: switches to another standard
`begin_keywords "1800-2023"
module m(input logic a, output logic y);
  always_comb y = a;
endmodule
`begin_keywords "1364-1995"
module n; reg logic; endmodule
