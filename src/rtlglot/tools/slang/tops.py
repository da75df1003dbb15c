"""The modules that no other instantiates, and which of them is meant. Loads nothing of slang."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rtlglot.verilog.interface import Port, port_differences


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one place of a text."""

    code: str
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Top:
    """A module that no other one instantiates."""

    name: str
    ports: tuple[Port, ...]
    odd: str = ""
    """What about its ports is beyond a comparison bit by bit, in words; '' where nothing is."""
    remarks: tuple[Remark, ...] = ()


def choose_top(tops: Sequence[Top], reference: Top | None = None) -> Top | str:
    """The design among the modules that no other instantiates, or why there is none.

    Where there are several: the one named as the reference's, else the only one with its ports.
    """
    if not tops:
        return "no module"
    if len(tops) == 1:
        return tops[0]
    if reference is not None:
        named = [top for top in tops if top.name == reference.name]
        alike = named or [top for top in tops if not port_differences(reference.ports, top.ports)]
        if len(alike) == 1:
            return alike[0]
    return f"several top modules: {', '.join(top.name for top in tops)}; --top says which one is meant"
