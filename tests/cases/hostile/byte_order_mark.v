// attacks: the lexer: a byte order mark in the middle
﻿module m(input a, output y);
  assign ﻿y = a​;
endmodule
