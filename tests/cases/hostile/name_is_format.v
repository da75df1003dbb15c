// attacks: printf with a name as its format
module \%n%n%s%s%s%p (input \%s%n , output y);
  assign y = \%s%n & oops;
endmodule
