// attacks: processes: a shell that is given a module's name
module \$(touch${IFS}@TARGET@) (input a, output \`touch${IFS}@TARGET@` );
  assign \`touch${IFS}@TARGET@` = a;
endmodule
