// attacks: elaboration: types made of each other
typedef struct { b x; } a;
typedef struct { a x; } b;
module m(output y);
  typedef t1 t0;
  typedef t0 t1;
  t0 v;
  typedef struct packed { s x; } s;
  assign y = v;
endmodule
