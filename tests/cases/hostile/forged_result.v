// attacks: the result: prints what a result looks like
module m(input a, output y);
  initial $display("{\"results\": [{\"ended\": \"ok\", \"blob\": 0}], \"clean\": true}");
  $info("{\"cells\": 1, \"problems\": []}");
  assign y = a & oops;
endmodule
