"""Interfaces compared: which top module is meant, and whether its ports are those of the reference."""

from __future__ import annotations

from collections.abc import Sequence

from rtlglot.records import Json
from rtlglot.tools.slang.source import Top
from rtlglot.verilog.interface import Port


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
        alike = named or [top for top in tops if not differences(reference.ports, top.ports)]
        if len(alike) == 1:
            return alike[0]
    return "several top modules: " + ", ".join(top.name for top in tops)


def differences(wanted: Sequence[Port], given: Sequence[Port]) -> list[dict[str, Json]]:
    """What about the ports is not as wanted, as findings with code and message. Order is free."""
    ours = {port.name: port for port in given}
    found = []
    for port in wanted:
        other = ours.pop(port.name, None)
        if other is None:
            found.append(_finding("port-missing", f"{_words(port)} is missing"))
        elif other.direction != port.direction:
            text = f"port {port.name} is an {other.direction}, it should be an {port.direction}"
            found.append(_finding("port-direction", text))
        elif other.width != port.width:
            text = f"{port.direction} {port.name} is {_bits(other)} wide, it should be {_bits(port)}"
            found.append(_finding("port-width", text))
    found += [_finding("port-extra", f"{_words(port)} is not in the reference") for port in ours.values()]
    return found


def _words(port: Port) -> str:
    return f"{port.direction} {port.name} ({_bits(port)})"


def _bits(port: Port) -> str:
    return "1 bit" if port.width == 1 else f"{port.width} bits"


def _finding(code: str, message: str) -> dict[str, Json]:
    return {"code": code, "message": message}
