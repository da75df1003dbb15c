"""Memories and black boxes taken out of two netlists, where each of one has its like in the other.

What goes into such a cell is *told*: the two sides must tell the same. What comes out of it is *heard*:
any bits, which `abc.joined` makes the same on both sides as far as what was told allows. Cells are paired
by what they are and by name, else by where they stand; a wrong pair costs the proof and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rtlglot.tools.abc.joined import Cut, Memory
from rtlglot.tools.yosys.canonical import LOADED, order
from rtlglot.tools.yosys.reader import is_plain

MEMORY = "$mem_v2"
_STRIDES = {"RD_ADDR": "ABITS", "WR_ADDR": "ABITS", "RD_DATA": "WIDTH", "WR_DATA": "WIDTH", "WR_EN": "WIDTH"}
_MAY_DIFFER = re.compile(r"MEMID|RD_.*|ABITS|WR_ADDR")
"""Parameters and pins in which two like memories may differ: by whom they are read, and how many zeros
stand before an address."""
_BLOCK = re.compile(r"^(?:  attribute [^\n]*\n)*  cell (\S+) (\S+)\n(.*?)^  end\n", re.MULTILINE | re.DOTALL)
_CONNECT = re.compile(r"^    connect \\(\S+) (.+)$", re.MULTILINE)
_SIZES = ("RD_PORTS", "WR_PORTS", "ABITS", "WIDTH")
_PORTS = "vmwn"
"""Heard: value and x mask of the reference, then of the candidate."""

Place = tuple[int, str, int]
"""A bit of a pin of a cell, by the cell's number. Of two memories the one with fewer reads, or with
shorter addresses, has places that lead nowhere."""
Shape = Mapping[str, int]
"""Of a memory, or of a pair: how many of its RD_PORTS and WR_PORTS, and how wide, ABITS and WIDTH."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """One side: its cells in the order of their pairs, and what they are connected to."""

    names: tuple[str, ...]
    told: tuple[Place, ...]
    heard: tuple[Place, ...]
    shapes: Sequence[Shape]
    """Its own."""
    nets: tuple[tuple[Place, ...], ...]
    """Places of black boxes that hang together although nothing else drives them."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Both sides, opened alike."""

    gold: _Opened
    gate: _Opened
    shapes: Sequence[Shape]
    """Of the pairs."""
    cut: Cut

    def edited(self, text: str, side: str) -> str:
        """A module's RTLIL without the cells that are cut."""
        opened = self.gold if side == "gold" else self.gate
        pins: list[dict[str, str]] = [{} for _ in opened.names]
        numbers = {name: number for number, name in enumerate(opened.names)}

        def taken(found: re.Match[str]) -> str:
            number = numbers.get(found[2].removeprefix("\\"))
            if number is None:
                return found[0]
            pins[number] = dict(_CONNECT.findall(found[3]))
            return ""

        text = _BLOCK.sub(taken, text)
        prefix, width = self.cut.prefix, len(opened.heard)
        value, mask = "vm" if side == "gold" else "wn"
        lines = [f"wire width {width} input {2000000 + n} \\{prefix}{port}" for n, port in enumerate(_PORTS)]
        lines += [
            f"wire width {len(opened.told)} output 2000009 \\{prefix}t",
            f"wire width {width} \\{prefix}z",
            f"cell $bwmux $cut${prefix}",
            f"parameter \\WIDTH {width}",
            f"connect \\A \\{prefix}{value}",
            f"connect \\B {width}'{'x' * width}",
            f"connect \\S \\{prefix}{mask}",
            f"connect \\Y {self._bits(opened, opened.heard, pins)}",
            "end",
            f"connect \\{prefix}t {self._bits(opened, opened.told, pins)}",
            "end",
        ]
        return text.rstrip().removesuffix("end") + "\n".join(lines) + "\n"

    def _bits(self, opened: _Opened, places: Sequence[Place], pins: Sequence[Mapping[str, str]]) -> str:
        """What these places are connected to; those that lead nowhere, to zeros or to what nothing reads."""
        found = []
        for number, (cell, pin, bit) in enumerate(places):
            own = _own(pin, bit, self.shapes[cell], opened.shapes[cell])
            nowhere = f"\\{self.cut.prefix}z [{number}]" if pin == "RD_DATA" else "1'0"
            found.append(nowhere if own is None else f"{pins[cell][pin]} [{own}]")
        return "{ " + " ".join(reversed(found)) + " }"


def cuts_of(gold: Mapping[str, Any], gate: Mapping[str, Any], prefix: str) -> Cuts | None:
    """How two modules, as `write_json` gives them, are opened; None where that cannot be done alike."""
    pairs = _pairs(gold, gate)
    if not pairs:
        return None
    shapes = [
        {size: max(_shape(gold["cells"][one])[size], _shape(gate["cells"][other])[size]) for size in _SIZES}
        for one, other in pairs
    ]
    one, two = (
        _opened(module, tuple(pair[side] for pair in pairs), shapes)
        for side, module in enumerate((gold, gate))
    )
    if (one.told, one.heard, one.nets) != (two.told, two.heard, two.nets) or not one.heard:
        return None
    heard = {place: index for index, place in enumerate(one.heard)}
    told = {place: index for index, place in enumerate(one.told)}
    memories = tuple(
        _memory(number, gold["cells"][name], shape, told, heard)
        for number, (name, shape) in enumerate(zip(one.names, shapes, strict=True))
        if shape["WIDTH"]
    )
    return Cuts(one, two, shapes, Cut(prefix, len(heard), len(told), memories))


def can_be_cut(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is a black box, or a memory that is read at once and written by clocks."""
    if cell["type"] != MEMORY:
        return not cell["type"].startswith("$")
    parameters = cell["parameters"]
    written = int(parameters["WR_PORTS"], 2)
    clocked = int(parameters["WR_CLK_ENABLE"], 2) == (1 << written) - 1 if written else True
    plain = ("RD_CLK_ENABLE", "RD_WIDE_CONTINUATION", "WR_WIDE_CONTINUATION")
    return clocked and not any(int(parameters[name], 2) for name in plain)


def marked(text: str, cells: Mapping[str, Any], loads: Mapping[str, str]) -> str:
    """A flat design's RTLIL in which the memory of each path says what fills it. Raises KeyError for a path
    that is none's."""
    names = {
        cell["parameters"]["MEMID"].removeprefix("\\"): name
        for name, cell in cells.items()
        if cell["type"] == MEMORY
    }
    for path, said in loads.items():
        head = f"  cell {MEMORY} \\{names.get(path)}\n"
        if text.count(head) != 1:
            raise KeyError(path)
        told = hashlib.sha256(said.encode()).hexdigest()
        text = text.replace(head, f'  attribute \\{LOADED} "{told}"\n{head}')
    return text


def stubs(cells: Iterable[Mapping[str, Any]]) -> str:
    """Empty modules for black boxes: to a simulator all that comes out of them is unknown."""
    found: dict[str, tuple[dict[str, int], dict[str, None]]] = {}
    for cell in cells:
        if cell["type"].startswith("$"):
            continue
        pins, parameters = found.setdefault(cell["type"], ({}, {}))
        parameters |= dict.fromkeys(cell["parameters"])
        for pin, bits in cell["connections"].items():
            # those that are connected by their order are called $1, $2 …
            name = f"p{pin[1:]}" if pin.startswith("$") else pin
            pins[name] = max(pins.get(name, 1), len(bits))
    told = []
    for kind, (pins, parameters) in found.items():
        if all(map(is_plain, (kind, *pins, *parameters))):
            lines = [f"parameter {name} = 0;" for name in parameters]
            lines += [f"input [{width - 1}:0] {name};" for name, width in pins.items()]
            told.append(f"module {kind}({', '.join(pins)}); {' '.join(lines)} endmodule\n")
    return "".join(told)


def _pairs(gold: Mapping[str, Any], gate: Mapping[str, Any]) -> list[tuple[str, str]]:
    sides = []
    for module in (gold, gate):
        alike = defaultdict(list)
        for name in order(module):
            if can_be_cut(module["cells"][name]):
                alike[_signature(module["cells"][name])].append(name)
        sides.append(alike)
    if {key: len(names) for key, names in sides[0].items()} != {
        key: len(names) for key, names in sides[1].items()
    }:
        return []
    pairs: list[tuple[str, str]] = []
    for key, names in sides[0].items():
        others = names if set(names) == set(sides[1][key]) else sides[1][key]
        pairs += zip(names, others, strict=True)
    return pairs


def _signature(cell: Mapping[str, Any]) -> str:
    # a pin that is named and left open is one that is not named
    pins = {name: len(bits) for name, bits in cell["connections"].items() if bits}
    parameters = cell["parameters"]
    if cell["type"] == MEMORY:
        parameters, pins = (
            {name: value for name, value in table.items() if not _MAY_DIFFER.fullmatch(name)}
            for table in (parameters, pins)
        )
    loaded = cell["attributes"].get(LOADED, "")
    return json.dumps([cell["type"], parameters, pins, loaded], sort_keys=True)


def _shape(cell: Mapping[str, Any]) -> Shape:
    return {n: int(cell["parameters"][n], 2) if cell["type"] == MEMORY else 0 for n in _SIZES}


def _width(pin: str, shape: Shape) -> int:
    """Bits of a pin of a memory."""
    return shape[f"{pin[:2]}_PORTS"] * shape[_STRIDES[pin]]


def _own(pin: str, bit: int, both: Shape, own: Shape) -> int | None:
    """Where a bit of a pair's pin is at the pin of one side; None where it has none."""
    if not both["WIDTH"]:
        return bit
    port, at = divmod(bit, both[_STRIDES[pin]])
    there = port < own[f"{pin[:2]}_PORTS"] and at < own[_STRIDES[pin]]
    return port * own[_STRIDES[pin]] + at if there else None


def _opened(module: Mapping[str, Any], names: tuple[str, ...], shapes: Sequence[Shape]) -> _Opened:
    known = _driven(module)
    told: list[Place] = []
    heard: list[Place] = []
    nets: dict[int, list[Place]] = defaultdict(list)
    for number, name in enumerate(names):
        cell = module["cells"][name]
        if cell["type"] == MEMORY:
            for pin in _STRIDES:
                places = heard if pin == "RD_DATA" else told
                places += [(number, pin, bit) for bit in range(_width(pin, shapes[number]))]
            continue
        for pin, bits in sorted(cell["connections"].items()):
            for index, bit in enumerate(bits):
                place = (number, pin, index)
                if isinstance(bit, str) or bit in known:
                    told.append(place)
                else:
                    nets[bit].append(place)
    # one name for each net between black boxes
    heard += [places[0] for places in nets.values()]
    joints = tuple(tuple(places) for places in nets.values())
    own = [_shape(module["cells"][name]) for name in names]
    return _Opened(names, tuple(told), tuple(heard), own, joints)


def _driven(module: Mapping[str, Any]) -> set[int | str]:
    """Bits that come from an input or a cell that is known."""
    found = {bit for port in module["ports"].values() if port["direction"] == "input" for bit in port["bits"]}
    for cell in module["cells"].values():
        for pin, direction in cell.get("port_directions", {}).items():
            if direction == "output" and cell["type"].startswith("$"):
                found.update(cell["connections"][pin])
    return found


def _memory(
    number: int,
    gold: Mapping[str, Any],
    shape: Shape,
    told: Mapping[Place, int],
    heard: Mapping[Place, int],
) -> Memory:
    def slices(pin: str, places: Mapping[Place, int]) -> Iterator[Sequence[int]]:
        size = shape[_STRIDES[pin]]
        for start in range(0, _width(pin, shape), size):
            yield tuple(places[number, pin, bit] for bit in range(start, start + size))

    reads = zip(slices("RD_ADDR", told), slices("RD_DATA", heard), strict=True)
    writes = zip(slices("WR_EN", told), slices("WR_ADDR", told), slices("WR_DATA", told), strict=True)
    first, words = (int(gold["parameters"][name], 2) for name in ("OFFSET", "SIZE"))
    return Memory(tuple(reads), tuple(writes), _shape(gold)["RD_PORTS"], range(first, first + words))
