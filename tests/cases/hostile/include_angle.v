// attacks: host files, by the system search path
`include <@SECRET@>
module m(input a, output y); assign y = a; endmodule
