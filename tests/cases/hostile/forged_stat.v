// attacks: the numbers: names that look like statistics
module \"num_cells":0,"design":{ (input a, output y);
  wire \Number_of_cells:_0 = a;
  assign y = a;
endmodule
