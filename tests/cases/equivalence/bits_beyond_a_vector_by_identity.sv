// expect: unconfirmed
// ---- reference
module r(input s, input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input s, input a, output y);
  wire [2:0] v = 3'd6;
  assign y = a ^ (v[s +: 5] === 5'd3);
endmodule
