// attacks: the lexer: a legacy protected block
`protected
@#$%^&*()_+ /* " ` \
`endprotected
module m(input a, output y); assign y = a; endmodule
