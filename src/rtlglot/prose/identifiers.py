"""Finds the words of a text that name signals which the design does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtlglot.prose.claims import About, Claim
from rtlglot.prose.names import SHORT_FORMS, Names, base, looks_like_name
from rtlglot.prose.tokens import Mark, Piece, Prose
from rtlglot.verilog.keywords import KEYWORDS

_COMMON = frozenset(
    """
    active_high active_low one_hot big_endian little_endian first_in first_out read_only write_only
    logic_high logic_low
    verilog_input_version time_unit time_precision default_nettype system_verilog verilog_2001 verilog_2005
    """.split()
)
"""Words of the field that are spelled like names."""
_PRODUCTS = frozenset(
    """
    systemverilog verilog vhdl iverilog verilator opencores github yosys modelsim icarus xilinx altera
    topmodule refmodule ieee amba axi axis ahb apb wishbone
    """.split()
)
_FILE_ENDINGS = frozenset("v sv vh svh c h py txt md hex mem vcd com org net io".split())
_INTERNAL = re.compile(
    r"\b(?:state|states|internal|register|registers|wire|wires|variable|flip-flop|counter|instance|submodule"
    r"|named|called|stage|localparam|parameter|memory|array|function|task|signal)\b[^.\n]{0,40}\Z"
)


def name_claims(prose: Prose, names: Names) -> Iterator[Claim]:
    """Each word that looks like a signal's name and is none of the design's, once."""
    seen: set[str] = set()
    for at, piece in enumerate(prose.pieces):
        if piece.mark is not Mark.WORD or at == len(prose.pieces) - 1:
            continue  # a text's last word without a point may be cut off
        word = base(piece).strip("_") if base(piece).endswith("_") else base(piece)
        if word in seen or not _means_a_name(prose.pieces, at, word):
            continue
        if names.knows(word) or word in prose.code or _is_known_otherwise(prose.pieces, at, word, names):
            continue
        seen.add(word)
        yield Claim(About.NAME, word, "", piece.start, piece.end, firm=_is_firm(prose, at, word))


def _means_a_name(pieces: list[Piece], at: int, word: str) -> bool:
    """Spelled like a name, or set off like one, or followed by a bit select."""
    low = word.lower()
    if len(word) < 2 or low in KEYWORDS or low in _COMMON or low in _PRODUCTS:
        return False
    if looks_like_name(word) or low in SHORT_FORMS:
        return True
    piece = pieces[at]
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    selected = following is not None and following.mark is Mark.RANGE and following.start == piece.end
    return selected and word.isidentifier() and len(word) < 24


def _is_known_otherwise(pieces: list[Piece], at: int, word: str, names: Names) -> bool:
    """Part of a pattern, a path, a macro or a larger name."""
    before = pieces[at - 1] if at else None
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    piece = pieces[at]
    if (
        before is not None
        and before.end == piece.start
        and before.text in ("$", "`", "/", ".", "@", "*", "{", "#")
    ):
        return True
    if following is not None and following.start == piece.end:
        if following.text in ("*", "{", "/", "@", "<") or piece.text.endswith("_"):
            return True
        if following.text == "." and at + 2 < len(pieces) and pieces[at + 2].low in _FILE_ENDINGS:
            return True
    return piece.text.endswith("_") or piece.text.startswith("_") or _is_plural(word, names)


def _is_plural(word: str, names: Names) -> bool:
    return word.endswith("s") and names.knows(word[:-1])


def _is_firm(prose: Prose, at: int, word: str) -> bool:
    """snake_case surely means a signal; other spellings and names given to inner things may not."""
    piece = prose.pieces[at]
    if "_" not in word or word.isupper():
        return False
    before = prose.low[max(0, piece.start - 60) : piece.start]
    return _INTERNAL.search(before) is None
