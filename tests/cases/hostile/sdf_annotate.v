// attacks: host files, by timing annotation
module m(input a, output y);
  buf b(y, a);
  initial $sdf_annotate("@SECRET@");
endmodule
