//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 16
primitive choose(y, a, b, s);
  output y;
  input a, b, s;
  table
    1 ? 0 : 1;
    0 ? 0 : 0;
    ? 1 1 : 1;
    ? 0 1 : 0;
  endtable
endprimitive
module m(input a, b, s, output y);
  choose u(y, a, b, s);
endmodule
