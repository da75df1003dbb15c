"""Typographic characters in Verilog: harmless in comments, an error in code.

In comments the usual ones become their ASCII form, others stay. In code only spaces and invisible
characters are replaced, because there they cannot mean anything else; a wrong minus or quote stays
for the checks to find, since mending it would be writing the model's code for it.
"""

from __future__ import annotations

import re

from rtlglot.prose.phrases import DOUBLE_QUOTES, HYPHENS, INVISIBLE, SINGLE_QUOTES, SPACES
from rtlglot.verilog.tokens import COMMENT, ESCAPED, STRING

_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE), None)
_IN_CODE: dict[int, str | None] = {**dict.fromkeys(map(ord, SPACES), " "), **_INVISIBLE}
_IN_COMMENTS: dict[int, str | None] = {
    **_IN_CODE,
    **dict.fromkeys(map(ord, HYPHENS), "-"),
    **dict.fromkeys(map(ord, SINGLE_QUOTES), "'"),
    **dict.fromkeys(map(ord, DOUBLE_QUOTES), '"'),
    ord("\u2026"): "...",
    ord("\u2190"): "<-",
    ord("\u2192"): "->",
    ord("\u21d2"): "=>",
    ord("\u2194"): "<->",
    ord("\u2260"): "!=",
    ord("\u2264"): "<=",
    ord("\u2265"): ">=",
    ord("\u00d7"): "x",
    ord("\u00b7"): "*",
    ord("\u2022"): "*",
}
_PARTS = re.compile(rf"(?P<comment>{COMMENT})|(?P<kept>{STRING}|{ESCAPED})|(?P<code>[^/\"\\]++|.)")


def visible(text: str) -> str:
    """The text without characters that nobody sees: marks of byte order, zero-width spaces."""
    return text.translate(_INVISIBLE)


def normalised(text: str) -> tuple[str, str]:
    """(the text, what to note): 'non-ascii comment', or 'non-ascii code' where some is in code."""
    in_code = False
    parts: list[str] = []
    for match in _PARTS.finditer(text):
        part = match[0]
        if match["comment"]:
            parts.append(part.translate(_IN_COMMENTS))
            continue
        in_code = in_code or (match["code"] is not None and not part.isascii())
        parts.append(part.translate(_IN_CODE) if match["code"] else part)
    return "".join(parts), "non-ascii code" if in_code else "non-ascii comment"
