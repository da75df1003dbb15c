// attacks: host files: writes through many channels
module m(input a, output y);
  integer f;
  initial begin
    f = $fopen("@TARGET@") | 1;
    $fmonitor(f, "%b", a);
    $fstrobe(f, "%b", a);
  end
  assign y = a;
endmodule
