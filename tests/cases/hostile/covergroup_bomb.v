// attacks: elaboration: a cross of a million million bins
module m(input c, input [31:0] a, input [31:0] b, output y);
  covergroup g @(posedge c);
    x: coverpoint a { bins v[] = {[0:4294967295]}; }
    z: coverpoint b { bins v[] = {[0:4294967295]}; }
    cross x, z;
  endgroup
  g o = new;
  assign y = 0;
endmodule
