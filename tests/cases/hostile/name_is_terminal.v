// attacks: a terminal: escape sequences in a name
module \]0;owned[2J (input a, output y);
  assign y = a & \[31moops ;
endmodule
