// expect: unsupported
// says: no outputs
// ---- reference
module r(input a);
endmodule
// ---- candidate
module c(input a);
endmodule
