"""Hostile texts that are too long to keep as files: each function makes one and says what it attacks."""

from __future__ import annotations


def _module(body: str, ports: str = "input a, output y") -> str:
    return f"module m({ports});\n{body}\nendmodule\n"


def sum_of_300000_terms() -> str:
    """Recursion: one flat statement is a tree that deep (ended slang, yosys and iverilog by SIGSEGV)."""
    return _module("assign y = " + "a+" * 300_000 + "a;")


def sum_of_20000_terms() -> str:
    """Recursion, in a statement short enough for the screen."""
    return _module("assign y = " + "a+" * 20_000 + "a;")


def nested_parentheses() -> str:
    """Recursion."""
    return _module("assign y = " + "(" * 50_000 + "a" + ")" * 50_000 + ";")


def nested_parentheses_250() -> str:
    """Recursion just below the screen's limit."""
    return _module("assign y = " + "(" * 250 + "a" + ")" * 250 + ";")


def nested_concatenations() -> str:
    """Recursion."""
    return _module("assign y = " + "{" * 50_000 + "a" + "}" * 50_000 + ";")


def nested_ternaries() -> str:
    """Recursion without a bracket for the screen to count."""
    return _module("assign y = " + "a ? " * 12_000 + "a" + " : a" * 12_000 + ";")


def nested_unary() -> str:
    """Recursion without a bracket for the screen to count."""
    return _module("assign y = " + "~" * 49_000 + "a;")


def nested_blocks() -> str:
    """Recursion of statements."""
    return _module("always @* " + "begin " * 30_000 + "y = a; " + "end " * 30_000, "input a, output reg y")


def nested_ifs() -> str:
    """Recursion of statements without a block for the screen to count."""
    return _module("always @* " + "if (a) " * 7_000 + "y = a;", "input a, output reg y")


def chained_else_ifs() -> str:
    """Recursion: a flat chain of else-ifs is a tree that deep."""
    chain = "".join(f"else if (a == {n}) y = {n};\n" for n in range(6_000))
    return _module(f"always @* if (a) y = 0;\n{chain}", "input [15:0] a, output reg [15:0] y")


def nested_generates() -> str:
    """Recursion of generate blocks (ended slang and yosys by SIGSEGV)."""
    return _module("generate " + "if (1) begin " * 12_000 + "wire w; " + "end " * 12_000 + "endgenerate")


def nested_generates_250() -> str:
    """Recursion of generate blocks just below the screen's limit."""
    return _module(
        "generate " + "if (1) begin " * 250 + "wire w; " + "end " * 250 + "endgenerate\nassign y = a;"
    )


def nested_modules() -> str:
    """Recursion of module declarations."""
    return "".join(f"module m{n}; " for n in range(8_000)) + "endmodule " * 8_000


def nested_structs() -> str:
    """Recursion of types."""
    return _module("struct packed { " * 6_000 + "logic a; " + "} x; " * 6_000)


def nested_calls() -> str:
    """Recursion of calls."""
    return _module("assign y = " + "$clog2(" * 20_000 + "1" + ")" * 20_000 + ";")


def nested_comments() -> str:
    """The lexer: comments that open again and again and never close."""
    return "/* // " * 30_000 + _module("assign y = a;")


def nested_conditions() -> str:
    """The preprocessor: conditions inside conditions."""
    return "`ifndef A\n" * 4_000 + _module("assign y = a;") + "`endif\n" * 4_000


def many_macros() -> str:
    """The preprocessor: thousands of macros, each using the one before."""
    chain = "".join(f"`define M{n} `M{n - 1}\n" for n in range(1, 2_500))
    return f"`define M0 a\n{chain}" + _module("assign y = `M2499;")


def macro_with_many_arguments() -> str:
    """The preprocessor: a macro with three thousand arguments."""
    names = ",".join(f"x{n}" for n in range(3_000))
    return f"`define M({names}) x0\n" + _module(f"assign y = `M({','.join('a' * 3_000)});")


def many_ports() -> str:
    """Time: two hundred thousand ports."""
    names = ", ".join(f"p{n}" for n in range(200_000))
    return f"module m({names});\ninput {names};\nendmodule\n"


def many_ports_4000() -> str:
    """Time: as many ports as the screen lets through."""
    return _module("", ", ".join(f"input p{n}" for n in range(4_000)))


def many_modules() -> str:
    """Time: many small modules, all of them tops."""
    return "".join(f"module m{n}(output y); assign y=0; endmodule\n" for n in range(4_000))


def many_errors() -> str:
    """Memory and the log: twelve thousand errors."""
    return _module("assign y = a &;\n" * 12_000)


def many_undeclared_names() -> str:
    """Memory and the log: typo correction for thousands of names."""
    names = "".join(f"wire name_{n}_abc;\n" for n in range(3_000))
    uses = "".join(f"assign y = nam_{n}_abcd;\n" for n in range(3_000))
    return _module(names + uses)


def many_drivers() -> str:
    """Time: one signal with thousands of drivers."""
    return _module("assign y = a;\n" * 12_000)


def many_always_blocks() -> str:
    """Time: one variable written by thousands of blocks."""
    return _module("always @(posedge a) y <= ~y;\n" * 6_000, "input a, output reg y")


def many_case_items() -> str:
    """Time: overlap analysis of thousands of wildcard items."""
    items = "".join(f"32'b{n:032b}".replace("0", "?", 9) + f": y = {n};\n" for n in range(3_500))
    return _module(f"always @* casez (a)\n{items}endcase", "input [31:0] a, output reg [31:0] y")


def long_chain() -> str:
    """Recursion in graph walks: a chain of thousands of assignments."""
    links = "".join(f"wire w{n + 1} = ~w{n};\n" for n in range(7_000))
    return _module(f"wire w0 = a;\n{links}assign y = w7000;")


def long_loop() -> str:
    """Loop finders: one combinational loop through thousands of cells."""
    names = "".join(f"wire w{n};\n" for n in range(4_000))
    links = "".join(f"assign w{(n + 1) % 4_000} = w{n} ^ a;\n" for n in range(4_000))
    return _module(f"{names}{links}assign y = w0;")


def long_name() -> str:
    """Findings: a name of a hundred and ninety thousand characters."""
    return _module(f"assign y = a & {'n' * 190_000};")


def long_escaped_name() -> str:
    """Findings: an escaped name full of quotes and backslashes."""
    return _module("assign y = a & \\" + "\"\\'{`" * 9_000 + " ;")


def long_string() -> str:
    """Constants: a string of a hundred thousand characters in a parameter."""
    return _module(f'localparam S = "{"s" * 45_000}";\nassign y = S[3];')


def long_number() -> str:
    """The lexer: a number of forty thousand digits."""
    return _module(f"assign y = 100000'd{'9' * 40_000};")


def long_line_of_spaces() -> str:
    """The lexer: nothing but white space."""
    return " \t" * 90_000 + _module("assign y = a;")


def unclosed_strings() -> str:
    """The lexer: quotes without an end."""
    return _module('assign y = "' * 15_000)


def too_large() -> str:
    """Size: three megabytes of harmless text."""
    return _module("assign y = a;\n" + "// harmless\n" * 260_000)


def nul_characters() -> str:
    """C strings: a text that ends for some readers and goes on for others."""
    return "module m(input a, output y); assign y = a; endmodule\0\nmodule evil; initial $finish; endmodule\0"


def every_character() -> str:
    """The lexer: each of the first twelve thousand code points."""
    return _module("// " + "".join(chr(n) for n in range(12_000) if chr(n) not in "\r\n") + "\nassign y = a;")


def half_surrogates() -> str:
    """Encoders: halves of surrogate pairs, which no encoding takes."""
    return _module("assign y = a; // \ud800 \udfff \ud83d")


def control_characters() -> str:
    """Terminals and logs: every control character in names and strings."""
    return _module(
        'initial $display("' + "".join(map(chr, range(1, 32))).replace("\n", "") + '");\nassign y = a;'
    )


def carriage_returns() -> str:
    """Line numbers: lines that end in all the ways there are."""
    return "module m(input a, output y);\r\n\r\r\n\x0b\x0c\u2028\u2029assign y = a & oops;\rendmodule\n"


def frame_bytes() -> str:
    """The wire: text that looks like the frames between child and parent."""
    return _module("// \x00\x00\x00\x20" + "v{}" * 40 + '\ninitial $display("\\000\\000\\000\\020v{}");')
