// attacks: host files: writes one
module m(output reg y);
  integer f;
  initial begin
    f = $fopen("@TARGET@", "w");
    $fwrite(f, "written");
    $fclose(f);
    y = 0;
  end
endmodule
