// attacks: elaboration: a class that specialises itself without end
class c #(type T = int);
  c #(c #(T)) next;
  typedef c #(c #(T))::u u;
endclass
module m(output y);
  c #(int) o = new;
  assign y = 0;
endmodule
