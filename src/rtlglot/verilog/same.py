"""Whether two texts are one and the same design under other names."""

from __future__ import annotations

from collections.abc import Iterable

from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, code_tokens


def same_but_for_names(one: str, other: str, fixed: Iterable[str] = ()) -> bool:
    """Token for token the same, but for a one-to-one change of names other than the `fixed` ones.

    Both are texts without macros; layout and comments do not count.
    """
    ours, theirs = list(code_tokens(one)), list(code_tokens(other))
    if len(ours) != len(theirs):
        return False
    kept = KEYWORDS | set(fixed)
    there: dict[str, str] = {}
    back: dict[str, str] = {}
    for left, right in zip(ours, theirs, strict=True):
        if left.kind is not right.kind:
            return False
        if left.kind is not Kind.NAME or left.text in kept or right.text in kept:
            if left.text != right.text:
                return False
        elif (
            there.setdefault(left.text, right.text) != right.text
            or back.setdefault(right.text, left.text) != left.text
        ):
            return False
    return True
