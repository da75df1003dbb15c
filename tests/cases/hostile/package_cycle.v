// attacks: elaboration: packages that import each other
package p; import q::*; export *::*; localparam X = q::X; endpackage
package q; import p::*; export *::*; localparam X = p::X; endpackage
module m import p::*, q::*; (output [31:0] y);
  assign y = X;
endmodule
