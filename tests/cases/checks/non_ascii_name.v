//! screen pass
//! syntax fail error UTF8Char 6 error ExpectedDeclarator 6 error ExpectedDeclarator 6 error UTF8Char 7 error ExpectedDeclarator 7
//! elaborate skipped
//! synth skipped
module m(input a, output y);
  wire größe = a; // Größe in a comment is fine
  assign y = größe;
endmodule
