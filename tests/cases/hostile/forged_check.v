// attacks: the problems: a name that looks like a clean report
module m(input a, output y);
  wire \Warning:_multiple_conflicting_drivers_for_m.\y: = a;
  assign y = a;
  assign y = ~a;
endmodule
