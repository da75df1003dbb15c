// attacks: other modules: binds itself into them
module spy(input a); endmodule
module m(input a, output y);
  assign y = a;
endmodule
bind m spy s(.a(a));
bind tb spy t(.a(1));
