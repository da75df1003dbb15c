// attacks: a reader: text that runs the other way
module m(input a, output y);
  /* ‮ } ⁦if (isAdmin)⁩ ⁦ begin admins only */
  assign y = a; // ⁧ ;y~ = y ngissa
  /* ‮ ⁦ */
endmodule
