// attacks: elaboration: defparams that chase each other
module s #(parameter N = 1) ();
  generate if (N < 100000) begin : g
    s #(N) u();
    defparam u.N = N + 1;
  end endgenerate
endmodule
module m(output y);
  s t();
  defparam t.g.u.g.u.N = t.g.u.N;
  assign y = 0;
endmodule
