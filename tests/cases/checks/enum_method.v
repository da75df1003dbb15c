//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 8
module m(input clk, rst, output logic [1:0] y);
  typedef enum logic [1:0] {IDLE, RUN, DONE} state_t;
  state_t s;
  always_ff @(posedge clk) if (rst) s <= IDLE; else s <= s.next();
  assign y = s;
endmodule
