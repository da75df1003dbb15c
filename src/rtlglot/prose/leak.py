"""How much of a text is Verilog: a description that pastes the code wins any round trip for nothing."""

from __future__ import annotations

import re

from rtlglot.prose.tokens import MOST_CHARACTERS, without_code

_TARGET = r"(?:\w+(?:\[[^\]\n]*\])*|\{[^}\n]*\})"
_STATEMENT = re.compile(
    r"^\s*(?:"
    + "|".join(
        (
            rf"assign\s+{_TARGET}\s*=",
            r"always(?:_ff|_comb|_latch)?\s*(?:@|begin\b)",
            r"(?:initial|begin|end|endcase|endmodule|endfunction|endgenerate|else|end else)(?:\s+begin)?\s*$",
            r"(?:if|else if|end else if|for|case[xz]?|while)\s*\(.*\)\s*(?:begin)?\s*$",
            r"(?:reg|wire|logic|integer|genvar|localparam|parameter)\b[^.]*;\s*$",
            r"(?:input|output|inout)\s+(?:reg|wire|logic|signed|\[)[^.]*[,;)]?\s*$",
            rf"(?:else\s+|begin\s+)?{_TARGET}\s*(?:<=|=)\s*[^.;]*;\s*$",
            r"\w+\s*#?\s*\(\s*\.\w+",
            rf"[\w']+\s*:\s*{_TARGET}\s*(?:<=|=)[^.;]*;",
            r"module\s+\w+\s*[#(;]",
        )
    )
    + ")"
)
"""A line that is a statement, a declaration or a part of one."""
_INLINE = re.compile(
    "|".join(
        (
            r"\balways\s*@\s*\(",
            r"\bassign\s+[\w\[\]:]+\s*=",
            r"\b\w+\s*<=\s*[^;.\n]{1,60};",
            r"\bend(?:module|case)\b",
            r"\bposedge\s+\w+\s*(?:\)|or\s+(?:pos|neg)edge)",
            r"\b\w+\s*=\s*[^;.\n]{1,60}[&|^~?+][^;.\n]{0,60};",
            r"\bmodule\s+\w+\s*\(",
        )
    )
)
"""Code within a line of prose."""
_SIGNS = ("=", "(", "endmodule", "endcase", "posedge")
"""Without one of these no line matches `_INLINE`, which takes long to find that out."""
SHINGLE = 8
"""Tokens of code that in a row are no coincidence."""


def code_share(text: str) -> float:
    """Which part of a text's characters is Verilog by its looks, 0 to 1."""
    text = text[:MOST_CHARACTERS]
    left = without_code(text)
    code = _solid(text) - _solid(left) if left != text else 0
    for line in left.split("\n"):
        bare = line[:400]
        if _STATEMENT.match(bare):
            code += _solid(line)
        elif any(sign in bare for sign in _SIGNS) and len(_INLINE.findall(bare)) >= 2:
            code += _solid(line) // 2
    return min(1.0, code / _solid(text)) if code else 0.0


def _solid(text: str) -> int:
    """Characters that are no white space."""
    return len("".join(text.split()))


def copied_share(text: str, reference: str) -> float:
    """Which part of a reference's body stands in a text token for token, 0 to 1.

    Counted in runs of SHINGLE tokens without white space and comments, so that names of ports and
    operators of one expression alone count for nothing. The header is left out: to name the ports is
    a text's duty.
    """
    from rtlglot.verilog.tokens import Kind, code_tokens  # most texts have no reference beside them

    body = [token.text for token in code_tokens(reference[:200_000])]
    start = next((at + 1 for at, token in enumerate(body) if token == ";"), 0)
    known = _runs(body[start:])
    if not known:
        return 0.0
    words = [
        token.text
        for token in code_tokens(text[:MOST_CHARACTERS].replace("`", " "))
        if token.kind is not Kind.OTHER
    ]
    return len(known & _runs(words)) / len(known)


def _runs(tokens: list[str]) -> set[tuple[str, ...]]:
    return {tuple(tokens[at : at + SHINGLE]) for at in range(len(tokens) - SHINGLE + 1)}
