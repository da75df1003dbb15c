// attacks: the lexer: a protected block without an end
`pragma protect begin_protected
`pragma protect encoding = (enctype = "base64", line_length = 76, bytes = 4294967295)
`pragma protect data_block
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
module m; endmodule
