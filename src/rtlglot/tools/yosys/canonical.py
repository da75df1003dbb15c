"""A netlist told in an order that only its structure decides, so that two of one structure read alike.

From the outputs backwards through what drives them: each cell with its type, its parameters, the start
values of what it drives, and where its inputs come from. Names are those of the ports alone. A bit of an
output that nothing drives is undefined, as one that is x.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

LOADED = "loaded"
"""Attribute of a memory that is filled from a file: the hash of what fills it."""
_NAMES = frozenset({"MEMID"})
"""Parameters that only name."""
_BUS = frozenset({"$tribuf", "$_TBUF_"})
"""Cells of which several may drive one bit."""


def digest(module: Mapping[str, Any]) -> str:
    """A hash of a flat module as `write_json` gives it; '' where several cells drive a bit that is
    no bus."""
    walk = _Walk(module)
    return "" if walk.contested else walk.digest()


def order(module: Mapping[str, Any]) -> list[str]:
    """The names of its cells as they are met from the outputs backwards."""
    names = {id(cell): name for name, cell in module["cells"].items()}
    return [names[id(cell)] for cell in _Walk(module).cells()]


class _Walk:
    """Numbers bits in the order in which they are met."""

    def __init__(self, module: Mapping[str, Any]) -> None:
        self._ports: Mapping[str, Any] = module["ports"]
        self._numbers: dict[int, int] = {}
        self._asked: set[int] = set()
        self._starts = _starts(module)
        self._drivers: dict[int, list[Mapping[str, Any]]] = {}
        given = {bit for port in self._ports.values() if port["direction"] == "input" for bit in port["bits"]}
        ports = [port for port in self._ports.values() if port["direction"] != "output"]
        self._given = {bit for port in ports for bit in port["bits"]}
        for cell in module["cells"].values():
            for name, bits in cell["connections"].items():
                if cell.get("port_directions", {}).get(name) == "output" and cell["type"].startswith("$"):
                    self._drives(cell, bits)
        known = given | self._drivers.keys()
        self.contested = not given.isdisjoint(self._drivers) or any(
            cell["type"] not in _BUS for cells in self._drivers.values() if len(cells) > 1 for cell in cells
        )
        # what is in a black box nobody knows: it may drive whatever no cell does
        self._boxes = [cell for _, cell in sorted(module["cells"].items()) if cell["type"][0] != "$"]
        for cell in self._boxes:
            for bits in cell["connections"].values():
                self._drives(cell, [bit for bit in dict.fromkeys(bits) if bit not in known])

    def _drives(self, cell: Mapping[str, Any], bits: list[int | str]) -> None:
        for bit in bits:
            if isinstance(bit, int):
                self._drivers.setdefault(bit, []).append(cell)

    def digest(self) -> str:
        """The hash."""
        told = hashlib.sha256()
        for kinds in (("input", "inout"), ("output",)):
            for name, port in sorted(self._ports.items()):
                if port["direction"] in kinds:
                    bits = self._defined(port["bits"]) if port["direction"] == "output" else port["bits"]
                    told.update(json.dumps([name, port["direction"], self._met(bits)]).encode())
        for cell in self.cells():
            # a pin that is named and left open is one that is not named
            ends = sorted((name, bits) for name, bits in cell["connections"].items() if bits)
            parameters = {k: v for k, v in cell["parameters"].items() if k not in _NAMES}
            starts = [
                (name, place, self._starts[bit])
                for name, bits in ends
                for place, bit in enumerate(bits)
                if bit in self._starts
            ]
            loaded = cell["attributes"].get(LOADED, "")
            shape = [
                cell["type"],
                parameters,
                starts,
                loaded,
                [(name, self._met(bits)) for name, bits in ends],
            ]
            told.update(json.dumps(shape, sort_keys=True).encode())
        return told.hexdigest()

    def cells(self) -> Iterator[Mapping[str, Any]]:
        """Each cell that something depends on, from the outputs backwards."""
        todo: deque[Mapping[str, Any]] = deque()
        for _, port in sorted(self._ports.items()):
            if port["direction"] != "input":
                todo += self._behind(port["bits"])
        seen: set[int] = set()
        boxes = deque(self._boxes)
        while todo or boxes:
            cell = todo.popleft() if todo else boxes.popleft()
            if id(cell) in seen:
                continue
            seen.add(id(cell))
            for _, bits in sorted(cell["connections"].items()):
                todo += self._behind(bits)
            yield cell

    def _behind(self, bits: list[int | str]) -> list[Mapping[str, Any]]:
        """What drives these bits, where nobody has asked for them before."""
        fresh = [bit for bit in dict.fromkeys(bits) if isinstance(bit, int) and bit not in self._asked]
        self._asked.update(fresh)
        return [cell for bit in fresh for cell in self._drivers.get(bit, ())]

    def _defined(self, bits: list[int | str]) -> list[int | str]:
        """The bits of an output, x where nothing drives them or ever did."""
        known = self._drivers.keys() | self._given | self._starts.keys()
        return [bit if isinstance(bit, str) or bit in known else "x" for bit in bits]

    def _met(self, bits: list[int | str]) -> list[int | str]:
        numbers = self._numbers
        return [numbers.setdefault(bit, len(numbers)) if isinstance(bit, int) else bit for bit in bits]


def _starts(module: Mapping[str, Any]) -> dict[int | str, str]:
    found: dict[int | str, str] = {}
    for net in module["netnames"].values():
        if "init" in net["attributes"]:
            value = str(net["attributes"]["init"])
            # most significant first, as a text or as a number
            for bit, start in zip(net["bits"], reversed(value.rjust(len(net["bits"]), "0")), strict=False):
                found[bit] = start
    return found
