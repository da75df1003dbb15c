// attacks: findings: a forged file name and line
`line 4000000000 "@SECRET@" 2
module m(input a, output y);
  assign y = a & undeclared;
endmodule
