// attacks: host files, by a library directive
`uselib dir=/etc libext=.conf file=@SECRET@
module m(input a, output y);
  passwd p(a, y);
endmodule
