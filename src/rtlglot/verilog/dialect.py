"""SystemVerilog, and Verilog-2005, found in a text that should be of an older language.

Word lists from IEEE 1800-2017 Annex B against IEEE 1364-2005 and 1364-2001.
"""

from __future__ import annotations

from collections.abc import Iterator

from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, Token, code_tokens

_VERILOG_2001 = frozenset(
    """
    always and assign automatic begin buf bufif0 bufif1 case casex casez cell cmos config deassign default
    defparam design disable edge else end endcase endconfig endfunction endgenerate endmodule endprimitive
    endspecify endtable endtask event for force forever fork function generate genvar highz0 highz1 if
    ifnone incdir include initial inout input instance integer join large liblist library localparam
    macromodule medium module nand negedge nmos nor noshowcancelled not notif0 notif1 or output parameter
    pmos posedge primitive pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent rcmos real
    realtime reg release repeat rnmos rpmos rtran rtranif0 rtranif1 scalared showcancelled signed small
    specify specparam strong0 strong1 supply0 supply1 table task time tran tranif0 tranif1 tri tri0 tri1
    triand trior trireg unsigned use vectored wait wand weak0 weak1 while wire wor xnor xor
    """.split()
)
_ADDED_2005 = frozenset({"uwire"})
_OPERATORS = frozenset(
    "++ -- += -= *= /= %= &= |= ^= <<= >>= <<<= >>>= ==? !=? <-> ->> |-> |=> &&& :: .* '{ ##".split()
)
_INSTEAD = {
    "logic": "use reg or wire",
    "bit": "use reg",
    "byte": "use reg signed [7:0]",
    "int": "use integer",
    "always_comb": "use always @*",
    "always_ff": "use always @(posedge …)",
    "always_latch": "use always @*",
    "typedef": "write the type out",
    "enum": "use localparam",
    "struct": "use one vector for each member",
    "unique": "leave it out",
    "priority": "leave it out",
    "++": "use i = i + 1",
    "--": "use i = i - 1",
    ".*": "connect the ports by name",
}


def foreign(text: str, standard: str) -> Iterator[tuple[Token, str]]:
    """Tokens that the language `standard` ('v2001' or 'v2005') does not have, the first of each, with
    what to do instead. A word is only listed where the text would be wrong with it as a name."""
    if standard == "sv2017":
        return
    own = _VERILOG_2001 | (_ADDED_2005 if standard == "v2005" else frozenset())
    seen: set[str] = set()
    for token in code_tokens(text):
        if token.text in seen or not _is_foreign(token, own, standard):
            continue
        seen.add(token.text)
        yield token, _INSTEAD.get(token.text, "the older language has nothing like it")


def _is_foreign(token: Token, own: frozenset[str], standard: str) -> bool:
    if token.kind is Kind.NAME:
        return token.text in KEYWORDS and token.text not in own
    if token.kind is Kind.NUMBER:
        return token.text in ("'0", "'1", "'x", "'X", "'z", "'Z")
    if token.kind is Kind.SYSTEM:
        return standard == "v2001" and token.text == "$clog2"
    return token.kind is Kind.PUNCTUATION and token.text in _OPERATORS
