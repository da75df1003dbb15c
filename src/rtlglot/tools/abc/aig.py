"""And-inverter graphs: reading and writing AIGER files, and evaluating many patterns at once.

Format: Biere, "The AIGER And-Inverter Graph (AIG) Format", 2007, with the init values of version 1.9.
A literal is 2 * variable + 1 where negated; variable 0 is false. Inputs come first, then latches,
then ands. All latches start with 0 here (yosys writes them so with -zinit).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Aig:
    """A sequential circuit of ands and inverters with named inputs and outputs."""

    inputs: tuple[str, ...]
    """Names; variable 1 is the first."""
    nexts: tuple[int, ...]
    """Of each latch: the literal that it takes on with the next frame."""
    ands: tuple[tuple[int, int], ...]
    """Operand literals, each of smaller variables than the and itself."""
    outputs: Mapping[str, int]
    """Name to literal."""

    @property
    def first_latch(self) -> int:
        """Variable of the first latch."""
        return 1 + len(self.inputs)

    @property
    def first_and(self) -> int:
        """Variable of the first and."""
        return self.first_latch + len(self.nexts)

    def with_outputs(self, new: Builder, besides: Mapping[str, int]) -> Aig:
        """With the ands that `new` added, its results as outputs, and others `besides`."""
        return Aig(self.inputs, self.nexts, tuple(new.ands), {**besides, **new.results})


class Builder:
    """Adds ands on top of a graph."""

    def __init__(self, aig: Aig) -> None:
        self.ands = list(aig.ands)
        self._next = aig.first_and + len(aig.ands)
        self._known: dict[tuple[int, int], int] = {}
        self.results: dict[str, int] = {}
        """Literals that are to become outputs."""

    def conjunction(self, left: int, right: int) -> int:
        """left & right; nothing new where it is a constant, an operand or already there."""
        if left > right:
            left, right = right, left
        if left == 0 or left ^ 1 == right:
            return 0
        if left in (1, right):
            return right
        literal = self._known.get((left, right))
        if literal is None:
            literal = self._known[left, right] = 2 * self._next
            self.ands.append((left, right))
            self._next += 1
        return literal

    def either(self, literals: Iterable[int]) -> int:
        """The disjunction of all."""
        result = 1
        for literal in literals:
            result = self.conjunction(result, literal ^ 1)
        return result ^ 1

    def unequal(self, left: int, right: int) -> int:
        """left ^ right."""
        only_left = self.conjunction(left, right ^ 1)
        only_right = self.conjunction(left ^ 1, right)
        return self.either((only_left, only_right))


def read_aiger(data: bytes) -> Aig:
    """An Aig from a binary AIGER file without constraints. Raises ValueError for anything else."""
    header, position = _line(data, 0)
    kind, *numbers = header.split()
    _, inputs, latches, outputs, ands, *more = [int(number) for number in numbers]
    if kind != b"aig" or any(more):
        raise ValueError(f"no plain AIGER file: {header!r}")
    nexts, targets = [], []
    for _ in range(latches):
        line, position = _line(data, position)
        fields = line.split()
        if len(fields) > 1 and fields[1] != b"0":
            raise ValueError("a latch does not start with 0")
        nexts.append(int(fields[0]))
    for _ in range(outputs):
        line, position = _line(data, position)
        targets.append(int(line))
    pairs = []
    first = 1 + inputs + latches
    for variable in range(first, first + ands):
        step, position = _number(data, position)
        left = 2 * variable - step
        step, position = _number(data, position)
        pairs.append((left, left - step))
    names = _symbols(data[position:])
    return Aig(
        tuple(names.get(f"i{n}", f"free{n}") for n in range(inputs)),
        tuple(nexts),
        tuple(pairs),
        {names.get(f"o{n}", f"output{n}"): literal for n, literal in enumerate(targets)},
    )


def write_aiger(aig: Aig, *, named: bool = False) -> bytes:
    """The graph as a binary AIGER file, without names unless they are asked for."""
    ands, latches = len(aig.ands), len(aig.nexts)
    top = aig.first_and + ands - 1
    lines = [f"aig {top} {len(aig.inputs)} {latches} {len(aig.outputs)} {ands}"]
    lines += [str(literal) for literal in (*aig.nexts, *aig.outputs.values())]
    body = bytearray("\n".join(lines).encode() + b"\n")
    for variable, (one, other) in enumerate(aig.ands, aig.first_and):
        low, high = sorted((one, other))
        _put(body, 2 * variable - high)
        _put(body, high - low)
    if named:
        for kind, names in (("i", aig.inputs), ("o", aig.outputs)):
            body += "".join(f"{kind}{number} {name}\n" for number, name in enumerate(names)).encode()
    return bytes(body)


def reduced(aig: Aig) -> Aig:
    """Only what the outputs depend on, through latches too, each and once (structural hashing).

    Inputs all stay, so that a trace of the small graph is one of the large.
    """
    kept = _cone(aig)
    latches = [v for v in range(aig.first_latch, aig.first_and) if v in kept]
    # a latch that is fed nothing but 0 never leaves 0
    alive = [v for v in latches if aig.nexts[v - aig.first_latch] != 0]
    moved = [0] * (aig.first_and + len(aig.ands))
    for variable in range(1, aig.first_latch):
        moved[variable] = 2 * variable
    for number, variable in enumerate(alive, aig.first_latch):
        moved[variable] = 2 * number
    builder = Builder(Aig(aig.inputs, (0,) * len(alive), (), {}))
    for variable, (left, right) in enumerate(aig.ands, aig.first_and):
        if variable in kept:
            one, other = moved[left >> 1] ^ left & 1, moved[right >> 1] ^ right & 1
            moved[variable] = builder.conjunction(one, other)

    def there(literal: int) -> int:
        return moved[literal >> 1] ^ literal & 1

    nexts = tuple(there(aig.nexts[variable - aig.first_latch]) for variable in alive)
    outputs = {name: there(literal) for name, literal in aig.outputs.items()}
    return Aig(aig.inputs, nexts, tuple(builder.ands), outputs)


def _cone(aig: Aig) -> set[int]:
    seen: set[int] = set()
    todo = [literal >> 1 for literal in aig.outputs.values()]
    while todo:
        variable = todo.pop()
        if variable in seen:
            continue
        seen.add(variable)
        if variable >= aig.first_and:
            todo += [literal >> 1 for literal in aig.ands[variable - aig.first_and]]
        elif variable >= aig.first_latch:
            todo.append(aig.nexts[variable - aig.first_latch] >> 1)
    return seen


class AigSimulation:
    """Frames of a graph, with one bit of a large integer for each pattern."""

    def __init__(self, aig: Aig, patterns: int) -> None:
        self.all_ones = (1 << patterns) - 1
        self._aig = aig
        self.state = [0] * len(aig.nexts)
        """Words of the latches, before the next frame."""
        self._values: list[int] = []

    def snapshot(self) -> Any:
        """What the design holds before the next frame."""
        return self.state

    def restore(self, snapshot: Any) -> None:
        """Go back to it."""
        self.state = snapshot

    def frame(self, inputs: Sequence[int]) -> None:
        """Evaluate one frame with a word for each input, and step the latches afterwards."""
        ones = self.all_ones
        values = [0, *inputs, *self.state]
        add = values.append
        for left, right in self._aig.ands:
            one, other = values[left >> 1], values[right >> 1]
            if left & 1:
                one ^= ones
            add(one & (other ^ ones if right & 1 else other))
        self._values = values
        self.state = [self.word(literal) for literal in self._aig.nexts]

    def word(self, literal: int) -> int:
        """A literal's value in the frame just evaluated, one bit for each pattern."""
        value = self._values[literal >> 1]
        return value ^ self.all_ones if literal & 1 else value


def _line(data: bytes, start: int) -> tuple[bytes, int]:
    end = data.index(b"\n", start)
    return data[start:end], end + 1


def _number(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while data[position] & 0x80:
        value |= (data[position] & 0x7F) << shift
        shift += 7
        position += 1
    return value | data[position] << shift, position + 1


def _put(body: bytearray, value: int) -> None:
    while value >= 0x80:
        body.append(value & 0x7F | 0x80)
        value >>= 7
    body.append(value)


def _symbols(data: bytes) -> dict[str, str]:
    names = {}
    for line in data.decode("utf-8", "replace").splitlines():
        if line == "c":
            break
        key, _, name = line.partition(" ")
        names[key] = name
    return names
