// attacks: tools that take a name for an option
module \--top=x (input \-o@TARGET@ , output y);
  assign y = \-o@TARGET@ ;
endmodule
