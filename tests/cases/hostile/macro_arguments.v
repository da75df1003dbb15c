// attacks: the preprocessor: arguments that double
`define D(x) x``x
`define E(x) `D(`D(`D(`D(x))))
`define F(x) `E(`E(`E(`E(x))))
`define G(x) `F(`F(x))
module m; wire `G(a); endmodule
