// attacks: rarely walked paths of the parser
module m(output reg y);
  initial randsequence(a)
    a : b a | c := -1;
    b : { y = 1; } | repeat (1 << 31) b;
    c : rand join (0.5) a b;
  endsequence
endmodule
