"""What of a flat module has no model made of gates, in words; '' where there is nothing.

A module and its cells are as `write_json` gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rtlglot.tools.yosys.problems import problems_of
from rtlglot.tools.yosys.reader import Yosys

_CLAIMS = ("$any", "$all", "$assume", "$assert", "$live", "$fair", "$cover", "$equiv")
_TABLES = 16
"""What nothing writes is no state, and gates of little depth: it may have so many times more bits."""


def trouble(yosys: Yosys) -> str:
    """Several drivers, or a loop."""
    log = yosys.log_of("check")
    names = {str(kind): str(what) for kind, what, *_ in problems_of(log) if what}
    if "multiple conflicting drivers" in log:
        return f"multiple drivers of {names.get('drivers', 'one signal')}"
    if "found logic loop" in log:
        through = f" through {names['loop']}" if "loop" in names else ""
        return f"combinational loop{through}"
    return ""


def odd_ports(module: Mapping[str, Any]) -> str:
    """Ports that are driven from both sides."""
    driven = {
        bit
        for cell in module["cells"].values()
        for name, bits in cell["connections"].items()
        if cell.get("port_directions", {}).get(name) == "output"
        for bit in bits
    }
    for name, port in module["ports"].items():
        if port["direction"] == "inout":
            return f"inout port {name}"
        if port["direction"] == "input":
            # it would drive the input of the other design with it
            if any(not isinstance(bit, int) or bit in driven for bit in port["bits"]):
                return f"the input {name} is driven from inside"
            driven.update(port["bits"])
            if len(set(port["bits"])) < len(port["bits"]):
                return f"the input {name} is driven from inside"
    return ""


def odd_cells(module: Mapping[str, Any]) -> str:
    """Cells that are no logic of 0 and 1."""
    for cell in module["cells"].values():
        kind = cell["type"]
        if kind in ("$tribuf", "$_TBUF_"):
            return "tri-state driver"
        if kind.startswith(_CLAIMS):
            return f"cell {kind}"
    return ""


def missing(cells: Iterable[Mapping[str, Any]]) -> str:
    """A module that is not in the text."""
    return next((f"module {c['type']} is not in the text" for c in cells if not is_memory(c)), "")


def large(cells: Mapping[str, Any], most: int) -> str:
    """Memories of more than `most` bits, or tables of more than 16 times that."""
    tables = memory_bits({name: cell for name, cell in cells.items() if _is_table(cell)})
    state = memory_bits(cells) - tables
    for found, limit in ((state, most), (tables, most * _TABLES)):
        if found > limit:
            asked = found if limit == most else -(-found // _TABLES)
            allows = f"--set check.equivalence.memory_bits={asked} tries it all the same"
            return f"memory of {found} bits (at most {limit}; {allows})"
    return ""


def memory_bits(cells: Mapping[str, Any]) -> int:
    """Of all memories together."""
    total = 0
    for cell in cells.values():
        if is_memory(cell):
            total += int(cell["parameters"]["SIZE"], 2) * int(cell["parameters"]["WIDTH"], 2)
    return total


def is_memory(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is one, in whatever of yosys' forms."""
    return str(cell["type"]).startswith("$mem")


def _is_table(cell: Mapping[str, Any]) -> bool:
    return is_memory(cell) and int(cell["parameters"]["WR_PORTS"], 2) == 0
