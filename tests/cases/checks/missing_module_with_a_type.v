//! screen pass
//! syntax pass
//! elaborate incomplete
//! synth incomplete
module m #(parameter type T = logic [3:0]) (input T a, output T y);
  part #(.T(T)) u (.a(a), .y(y));
endmodule
