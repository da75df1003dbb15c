"""The registers of both sides of a miter as words: more outputs of it, for what is to be said of them.

A register is marked before memories are taken apart, whose words are not meant; the mark is an attribute,
which the passes that model time keep.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARK = "word"
_REGISTERS = ("$dff", "$dffe", "$adff", "$adffe", "$sdff", "$sdffe", "$sdffce", "$aldff", "$aldffe", "$ff")
_REGISTER = re.compile(
    r"^((?:  attribute [^\n]*\n)+)  cell \$(?:ff|anyinit) \S+\n(.*?)^  end\n", re.MULTILINE | re.DOTALL
)
_SIDE = re.compile(r"^  attribute \\" + _MARK + r" (?:\d+'0*)?([12])$", re.MULTILINE)
_WIDTH = re.compile(r"^    parameter \\WIDTH (\d+)$", re.MULTILINE)
_VALUE = re.compile(r"^    connect \\Q (.+)$", re.MULTILINE)


def mark(sides: Sequence[str]) -> list[str]:
    """Commands that mark each side's registers."""
    kinds = {side: " ".join(f"{side}/t:{kind}" for kind in _REGISTERS) for side in sides}
    return [f"setattr -set {_MARK} {number} {kinds[side]}" for number, side in enumerate(sides, 1)]


def with_words(text: str, sides: Sequence[str]) -> str:
    """A miter's RTLIL with an output `word_SIDE_N` for each register of more than one bit."""
    lines = []
    for number, found in enumerate(_REGISTER.finditer(text)):
        side, width, value = _SIDE.search(found[1]), _WIDTH.search(found[2]), _VALUE.search(found[2])
        if side and width and value and int(width[1]) > 1:
            name = f"\\word_{sides[int(side[1]) - 1]}_{number}"
            lines += [
                f"  wire width {width[1]} output {3000000 + number} {name}",
                f"  connect {name} {value[1]}",
            ]
    return text.rstrip().removesuffix("end") + "".join(f"{line}\n" for line in lines) + "end\n"
