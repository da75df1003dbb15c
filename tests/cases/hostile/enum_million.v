// attacks: elaboration: an enumeration of a hundred million names
module m(output [31:0] y);
  typedef enum int { A[0:99999999] } e;
  e v = A0;
  assign y = v;
endmodule
