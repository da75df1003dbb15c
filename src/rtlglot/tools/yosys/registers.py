"""The registers of both sides of a miter as words: more outputs of it, for what is to be said of them.

A register is marked with its place in a list before names are hidden and memories are taken apart, whose
words get a mark of their own then; a mark is an attribute, which the passes that model time keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rtlglot.tools.abc.points import Register

_MARK, _PART = "word", "part"
_KINDS = ("$dff", "$dffe", "$adff", "$adffe", "$sdff", "$sdffe", "$sdffce", "$aldff", "$aldffe")
_REGISTER = re.compile(
    rf"^  cell (?:{'|'.join(map(re.escape, _KINDS))}) \S+\n(?:    .*\n)*?    connect \\Q (?P<value>.+)\n",
    re.MULTILINE,
)
_NAMED = re.compile(r"\\(?P<name>\S+)(?: \[(?:\d+:)?(?P<low>\d+)\])?")
_FLIP_FLOP = re.compile(
    r"^((?:  attribute [^\n]*\n)+)  cell \$(?:ff|anyinit) \S+\n(.*?)^  end\n", re.MULTILINE | re.DOTALL
)
_PLACE = re.compile(r"^  attribute \\" + _MARK + r' "(\d+)"$', re.MULTILINE)
_SIDE = re.compile(r"^  attribute \\" + _PART + r' "(\w+)"$', re.MULTILINE)
_WIDTH = re.compile(r"^    parameter \\WIDTH (\d+)$", re.MULTILINE)
_VALUE = re.compile(r"^    connect \\Q (.+)$", re.MULTILINE)
_CELL = r"  cell .*\n(?:    .*\n)*?    connect "
_MARKED = re.compile(
    r"^  attribute \\" + _MARK + r' "(\d+)"\n(?:  attribute .*\n)*' + _CELL + r"\\Q (.+)\n", re.MULTILINE
)
_REMEMBERED = re.compile(r"^  attribute \\clk2fflogic 1\n" + _CELL + r"\\D (.+)\n", re.MULTILINE)


def registers_of(*sides: tuple[str, str]) -> list[Register]:
    """The registers of each side, which is its name and its RTLIL."""
    return [register for side, text in sides for _, register in _found(side, text)]


def _found(side: str, text: str) -> Iterator[tuple[re.Match[str], Register]]:
    for cell in _REGISTER.finditer(text):
        named = _NAMED.fullmatch(cell["value"])
        yield cell, Register(side, named["name"] if named else "", int(named["low"] or 0) if named else 0)


def marked(text: str, side: str, first: int) -> str:
    """A side's RTLIL with its registers marked by their places, the `first` and those that follow."""
    parts, at = [], 0
    for place, (cell, _) in enumerate(_found(side, text), first):
        parts += [text[at : cell.start()], f'  attribute \\{_MARK} "{place}"\n']
        at = cell.start()
    return "".join(parts) + text[at:]


def places_of(text: str) -> dict[str, str]:
    """The value of each marked register, in a module's RTLIL, and its place."""
    return {found[2]: found[1] for found in _MARKED.finditer(text)}


def marked_again(text: str, places: Mapping[str, str]) -> str:
    """With marks on the flip-flops that remember those values, where registers were made of these."""

    def with_mark(found: re.Match[str]) -> str:
        place = places.get(found[1])
        return found[0] if place is None else f'  attribute \\{_MARK} "{place}"\n{found[0]}'

    return _REMEMBERED.sub(with_mark, text)


def mark_parts(side: str) -> str:
    """The command that marks a side's registers that came after `marked`: words of memories."""
    others = " ".join(f"{side}/t:{kind} {side}/a:{_MARK} %d" for kind in _KINDS)
    return f'setattr -set {_PART} "{side}" {others}'


def with_words(text: str, registers: Sequence[Register]) -> str:
    """A miter's RTLIL with an output `word_SIDE_PLACE` for each register, and another one, beyond the last
    place, for each more flip-flop that stands for it where a model of time needs some; and an output
    `part_SIDE_NUMBER` for each word of a memory."""
    lines: list[str] = []
    taken: set[int] = set()
    for index, found in enumerate(_FLIP_FLOP.finditer(text)):
        place, side = _PLACE.search(found[1]), _SIDE.search(found[1])
        width, value = _WIDTH.search(found[2]), _VALUE.search(found[2])
        if not (width and value):
            continue
        if place:
            number = int(place[1])
            name = f"{_MARK}_{registers[number].side}"
            if number in taken:
                number = len(registers) + len(taken)
            taken.add(number)
        elif side:
            number, name = index, f"{_PART}_{side[1]}"
        else:
            continue
        lines += [
            f"  wire width {width[1]} output {3000000 + index} \\{name}_{number}",
            f"  connect \\{name}_{number} {value[1]}",
        ]
    return text.rstrip().removesuffix("end") + "".join(f"{line}\n" for line in lines) + "end\n"
