"""A design with a part left out, and a part put into its place."""

from __future__ import annotations

from rtlglot.verilog.tokens import code_tokens

MARK = "[MASKED]"
"""Stands where the part is left out."""


def around(masked: str) -> tuple[str, str]:
    """What stands before the mark, and behind it."""
    before, _, after = masked.partition(MARK)
    return before, after


def is_whole(masked: str) -> bool:
    """Whether all of the code is left out."""
    return not any(True for side in around(masked) for _ in code_tokens(side))


def spliced(masked: str, code: str) -> str:
    """The whole design. Code that repeats what stands around the mark, token for token, is the whole."""
    before, after = around(masked)
    ends = [[token.text for token in code_tokens(side)] for side in (before, after)]
    told = [token.text for token in code_tokens(code)]
    head, tail = map(len, ends)
    if head + tail and head + tail <= len(told) and [told[:head], told[len(told) - tail :]] == ends:
        return code
    return f"{before}{code}{after}"


def left_out(masked: str, design: str) -> str:
    """The part of a design that is left out; all of it where the two do not fit together."""
    before, after = around(masked)
    fits = design.startswith(before) and design.endswith(after) and len(before + after) <= len(design)
    return design[len(before) : len(design) - len(after)] if fits else design
