"""A design with a part left out, and a part put into its place."""

from __future__ import annotations

MARK = "[MASKED]"
"""Stands where the part is left out."""


def around(masked: str) -> tuple[str, str]:
    """What stands before the mark, and behind it."""
    before, _, after = masked.partition(MARK)
    return before, after


def _tokens(code: str) -> list[str]:
    from rtlglot.verilog.tokens import code_tokens  # most jobs leave nothing out

    return [token.text for token in code_tokens(code)]


def is_whole(masked: str) -> bool:
    """Whether all of the code is left out."""
    return not any(_tokens(side) for side in around(masked))


def spliced(masked: str, code: str) -> str:
    """The whole design. Code that repeats what stands around the mark, token for token, is the whole."""
    before, after = around(masked)
    ends = [_tokens(side) for side in (before, after)]
    told = _tokens(code)
    head, tail = map(len, ends)
    if head + tail and head + tail <= len(told) and [told[:head], told[len(told) - tail :]] == ends:
        return code
    return f"{before}{code}{after}"


def left_out(masked: str, design: str) -> str:
    """The part of a design that is left out; all of it where the two do not fit together."""
    before, after = around(masked)
    fits = design.startswith(before) and design.endswith(after) and len(before + after) <= len(design)
    return design[len(before) : len(design) - len(after)] if fits else design
