// expect: unsupported
// ---- reference
module r(input a, output y);
  assign y = ~a;
endmodule
// ---- candidate
module c(input a, output y);
  generate
    if (3'b0z1 == 3'b001) begin : one
      assign y = a;
    end else begin : other
      assign y = !a;
    end
  endgenerate
endmodule
