// attacks: host files, by a relative include
`include "../../../../../../../../etc/passwd"
module m(input a, output y); assign y = a; endmodule
