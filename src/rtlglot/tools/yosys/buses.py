"""Three-state drivers and inout ports as logic of 0 and 1.

Of a bit that three-state drivers or an inout port share two things are told: whether the design drives it,
and what, which is 0 where it does not. A port `p` of such bits becomes the outputs `p$e` and `p$o`, and where
it is an inout the input `p$i`, what the outside gives it. Inside is read what the design drives, else what
the outside gives, else x: the outside is taken to be silent while the design speaks, since of two that speak
at once nobody knows what comes. Where drivers of one bit contradict each other it is x.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ENABLED, DRIVEN, GIVEN = "$e", "$o", "$i"
"""What is added to a port's name: whether it is driven, with what, and what it is given."""
_PINS = {"$tribuf": "EN", "$_TBUF_": "E"}

Bit = int | str
"""A net's number, or '0', '1', 'x', 'z'."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A flat module without three-state parts, as `write_json` gives one."""

    module: Mapping[str, Any]
    ports: tuple[str, ...]
    """The ports that became several."""


def opened(module: Mapping[str, Any]) -> Opened | None:
    """The module with its shared bits as logic; None where it has none, or where something else drives one
    of them, a black box may, or an x or z is told apart from other values."""
    search = _Buses(copy.deepcopy(dict(module)))
    return search.opened() if search.usable() else None


@dataclass(slots=True)
class _Buses:
    """The bits in question, and the module while it is changed."""

    module: dict[str, Any]
    drivers: dict[Bit, list[tuple[Bit, Bit]]] = field(default_factory=dict)
    """Enable and value of each three-state driver of a bit."""
    plain: dict[Bit, int] = field(default_factory=dict)
    """How many other cells drive a bit."""
    shared: dict[Bit, int] = field(default_factory=dict)
    """Bits of inout ports, by how many."""
    next: int = 0
    made: dict[str, Any] = field(default_factory=dict)
    """New cells."""

    def __post_init__(self) -> None:
        ports = self.module["ports"].values()
        for cell in self.module["cells"].values():
            pins = cell["connections"]
            if enable := _PINS.get(cell["type"]):
                enables = pins[enable] * len(pins["Y"])
                for bit, on, value in zip(pins["Y"], enables, pins["A"], strict=False):
                    self.drivers.setdefault(bit, []).append((on, value))
            else:
                for bit in _ends(cell, "output"):
                    self.plain[bit] = self.plain.get(bit, 0) + 1
        for port in ports:
            for bit in port["bits"] if port["direction"] == "inout" else ():
                self.shared[bit] = self.shared.get(bit, 0) + 1
        nets = [port["bits"] for port in ports]
        nets += [bits for cell in self.module["cells"].values() for bits in cell["connections"].values()]
        nets += [net["bits"] for net in self.module["netnames"].values()]
        self.next = 1 + max((bit for bits in nets for bit in bits if isinstance(bit, int)), default=1)

    def usable(self) -> bool:
        """Whether what is shared is shared by three-state drivers and ports alone."""
        ports, cells = self.module["ports"], self.module["cells"].values()
        buses = self.drivers.keys() | self.shared.keys()
        inputs = {bit for port in ports.values() if port["direction"] == "input" for bit in port["bits"]}
        numbers = {bit for bit in self.shared if isinstance(bit, int)}
        boxes = [cell for cell in cells if not cell["type"].startswith("$")]
        return bool(
            buses
            and not any(isinstance(bit, str) for bit in self.drivers)
            and buses.isdisjoint(inputs)
            and not any(self.shared[bit] > 1 for bit in numbers)
            and not any(self.plain.get(bit, 0) > (bit not in self.drivers) for bit in buses)
            and not any(not buses.isdisjoint(bits) for cell in boxes for bits in cell["connections"].values())
            and not any(bit == "z" for cell in cells for bits in cell["connections"].values() for bit in bits)
            and not any(cell["type"] in ("$eqx", "$nex") for cell in cells)
            and not any(name.endswith((ENABLED, DRIVEN, GIVEN)) for name in ports)
        )

    def opened(self) -> Opened:
        """See there."""
        split = [name for name, port in self.module["ports"].items() if self._is_split(port)]
        told = {bit: self._told(pairs) for bit, pairs in self.drivers.items()}
        read: dict[Bit, Bit] = {}
        given: dict[str, list[Bit]] = {}
        for name in split:
            port = self.module["ports"][name]
            if port["direction"] == "inout":
                given[name] = [self._fresh() for _ in port["bits"]]
                read |= dict(self._inside(port["bits"], given[name], told))
        for bit, (on, value) in told.items():
            if bit not in read:
                read[bit] = self._mux("x", value, on)
        self._reconnect(read)
        self._part(split, given, told, read)
        return Opened(self.module, tuple(split))

    def _is_split(self, port: Mapping[str, Any]) -> bool:
        if port["direction"] == "output":
            # one that shows what an inout port holds is never without a value
            return any(bit == "z" or (bit in self.drivers and bit not in self.shared) for bit in port["bits"])
        return bool(port["direction"] == "inout")

    def _told(self, pairs: Sequence[tuple[Bit, Bit]]) -> tuple[Bit, Bit]:
        """Whether one of these drivers drives, and what they drive together; 0 where none does."""
        ones = [self._gate("$and", on, value) for on, value in pairs]
        if len(pairs) == 1:
            return pairs[0][0], ones[0]
        zeros = [self._gate("$and", on, self._not(value)) for on, value in pairs]
        any_one, any_zero = self._any(ones), self._any(zeros)
        contradiction = self._gate("$and", any_one, any_zero)
        return self._any([on for on, _ in pairs]), self._mux(any_one, "x", contradiction)

    def _inside(
        self, bits: Sequence[Bit], given: Sequence[Bit], told: Mapping[Bit, tuple[Bit, Bit]]
    ) -> Iterator[tuple[Bit, Bit]]:
        """What is read of each bit of an inout port that is not driven all the time."""
        for bit, outside in zip(bits, given, strict=True):
            if isinstance(bit, str) or bit in self.plain:
                continue
            on, value = told.get(bit, ("0", "0"))
            yield bit, outside if on == "0" else self._mux(outside, value, on)

    def _reconnect(self, read: Mapping[Bit, Bit]) -> None:
        cells = self.module["cells"]
        for name in [name for name, cell in cells.items() if cell["type"] in _PINS]:
            del cells[name]
        for cell in (*cells.values(), *self.made.values()):
            for pin, direction in cell["port_directions"].items():
                if direction == "input":
                    cell["connections"][pin] = [read.get(bit, bit) for bit in cell["connections"][pin]]
        cells |= self.made

    def _part(
        self,
        split: Sequence[str],
        given: Mapping[str, list[Bit]],
        told: Mapping[Bit, tuple[Bit, Bit]],
        read: Mapping[Bit, Bit],
    ) -> None:
        """Put the new ports in the place of those that are split."""
        ports = self.module["ports"]
        for name in split:
            port = ports.pop(name)
            inout = port["direction"] == "inout"
            pairs = [self._face(bit, told, read, inout=inout) for bit in port["bits"]]
            ports[name + ENABLED] = {"direction": "output", "bits": [on for on, _ in pairs]}
            ports[name + DRIVEN] = {"direction": "output", "bits": [value for _, value in pairs]}
            if name in given:
                ports[name + GIVEN] = {"direction": "input", "bits": given[name]}
        for port in ports.values():
            if port["direction"] == "output":
                port["bits"] = [read.get(bit, bit) for bit in port["bits"]]

    def _face(
        self, bit: Bit, told: Mapping[Bit, tuple[Bit, Bit]], read: Mapping[Bit, Bit], *, inout: bool
    ) -> tuple[Bit, Bit]:
        """Whether a bit of a port is driven, and with what."""
        if bit == "z":
            return "0", "0"
        if isinstance(bit, str) or (bit in self.shared and not inout):
            return "1", read.get(bit, bit)
        if bit in told:
            on, value = told[bit]
            return read.get(on, on), value
        return ("1", bit) if bit in self.plain or not inout else ("0", "0")

    def _fresh(self) -> int:
        self.next += 1
        return self.next - 1

    def _any(self, bits: Sequence[Bit]) -> Bit:
        result = bits[0]
        for bit in bits[1:]:
            result = self._gate("$or", result, bit)
        return result

    def _not(self, bit: Bit) -> Bit:
        return self._cell("$not", {"A": bit}, ("A_WIDTH", "Y_WIDTH"), ("A_SIGNED",))

    def _gate(self, kind: str, left: Bit, right: Bit) -> Bit:
        widths, signs = ("A_WIDTH", "B_WIDTH", "Y_WIDTH"), ("A_SIGNED", "B_SIGNED")
        return self._cell(kind, {"A": left, "B": right}, widths, signs)

    def _mux(self, low: Bit, high: Bit, select: Bit) -> Bit:
        return self._cell("$mux", {"A": low, "B": high, "S": select}, ("WIDTH",), ())

    def _cell(self, kind: str, pins: Mapping[str, Bit], ones: Sequence[str], zeros: Sequence[str]) -> Bit:
        """The output of a new cell, whose parameters are 1 or 0."""
        result = self._fresh()
        self.made[f"$bus${result}"] = {
            "hide_name": 1,
            "type": kind,
            "parameters": dict.fromkeys(ones, f"{1:032b}") | dict.fromkeys(zeros, f"{0:032b}"),
            "attributes": {},
            "port_directions": dict.fromkeys(pins, "input") | {"Y": "output"},
            "connections": {name: [bit] for name, bit in pins.items()} | {"Y": [result]},
        }
        return result


def _ends(cell: Mapping[str, Any], direction: str) -> Iterator[Bit]:
    """The bits at a cell's pins of a direction."""
    for pin, bits in cell["connections"].items():
        if cell.get("port_directions", {}).get(pin) == direction:
            yield from bits
