// attacks: the parser: primitives with tables that make no sense
primitive p(y, a, b);
  output y; reg y;
  input a, b;
  table
    ? (??) : ? : -;
    * * : x : 1;
    (01)(10) : 0 : ? : 1 : 0;
  endtable
endprimitive
module m(input a, output y); p u(y, a, y); endmodule
