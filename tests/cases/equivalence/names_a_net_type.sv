// expect: unsupported
// says: yosys cannot build the net type tri0 (line 2)
// note: the front end ends with a failed assertion of its own
// ---- reference
module r(input e, input d, output y);
  assign y = e & d;
endmodule
// ---- candidate
module c(input e, input d, output y);
  tri0 w;
  assign w = e ? d : 1'bz;
  assign y = w;
endmodule
