// attacks: elaboration: interfaces inside each other
interface i(); j x(); endinterface
interface j(); i x(); endinterface
module m(i p, output y);
  assign y = p.x.x.x.x.x.x.x.x.x.x.x;
endmodule
