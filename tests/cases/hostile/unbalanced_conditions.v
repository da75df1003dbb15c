// attacks: the preprocessor: conditions without an end
`ifdef A
`ifndef B
`elsif C
`else
`elsif D
`endif
module m;
