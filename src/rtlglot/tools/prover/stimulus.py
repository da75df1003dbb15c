"""What a design is played with before it is called equivalent: the same for both sides, always.

Directed: all inputs low and all high, each one-bit input pulsed with an edge of the clock and between
two edges, the clock stopped. Random: phases in which a one-bit input is mostly low, mostly high or
either, so that a reset leaves a design alone for a while; wide inputs are often at a corner. Where
there is no one clock, no two of the possible clocks change in one step, and no data with them, since
which one is seen first would be up to the simulator.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from rtlglot.tools.prover.answers import Step
from rtlglot.tools.yosys.miter import Frame
from rtlglot.verilog.interface import Port

STEPS = 600
_PHASE = 40
_MOST_PULSED = 12
_MOST_EXHAUSTIVE_BITS = 8
_MOST_OUTPUT = 400_000
"""Characters that a simulation may print, about."""


def steps_for(ports: Sequence[Port], clocking: Frame, clocks: Sequence[str]) -> tuple[Step, ...]:
    """The whole stimulus."""
    inputs = [port for port in ports if port.direction != "output" and port.name != clocking.clock]
    width = sum(port.width or 1 for port in ports if port.direction != "input")
    most = max(60, min(STEPS, _MOST_OUTPUT // (2 * (width + 24))))
    draw = _Draw(inputs, clocking, clocks)
    made: list[Step] = []
    for step in draw.all():
        made.append(step)
        if len(made) == most:
            break
    return tuple(made)


class _Draw:
    """Inputs and the generator of their values."""

    def __init__(self, inputs: Sequence[Port], clocking: Frame, clocks: Sequence[str]) -> None:
        self._random = random.Random(2026)
        self._kind = clocking.kind
        self._inputs = inputs
        self._clocks = [port for port in inputs if port.name in clocks] if self._kind == "moment" else []
        self._data = [port for port in inputs if port not in self._clocks]
        self._bits = {port.name: "0" * (port.width or 1) for port in inputs}

    def all(self) -> Iterator[Step]:
        """Directed first, then random without end."""
        if self._kind == "none":
            yield from self._combinational()
        for level in "01":
            yield from self._level(level)
        for port in [port for port in self._data if (port.width or 1) == 1][:_MOST_PULSED]:
            yield from self._pulsed(port)
        while True:
            yield from self._phase()

    def _combinational(self) -> Iterator[Step]:
        total = sum(port.width or 1 for port in self._inputs)
        if total <= _MOST_EXHAUSTIVE_BITS:
            for number in range(1 << total):
                left = f"{number:0{max(total, 1)}b}"
                for port in self._inputs:
                    self._bits[port.name], left = left[: port.width or 1], left[port.width or 1 :]
                yield self._step()

    def _level(self, level: str) -> Iterator[Step]:
        for port in self._data:
            self._bits[port.name] = level * (port.width or 1)
        for _ in range(3):
            yield from self._cycle()

    def _pulsed(self, port: Port) -> Iterator[Step]:
        for _ in range(2):
            self._shuffle()
            for held in (False, True):
                for _ in range(2):
                    self._bits[port.name] = "1" if self._bits[port.name] == "0" else "0"
                    yield from self._cycle(held=held)
            yield from self._cycle()

    def _phase(self) -> Iterator[Step]:
        leaning = {port.name: self._random.choice((0.04, 0.5, 0.96)) for port in self._data}
        busy = self._random.choice((0.2, 0.6, 1.0))
        for _ in range(_PHASE):
            for port in self._data:
                if self._random.random() < busy:
                    self._bits[port.name] = self._drawn(port, leaning[port.name])
            yield from self._cycle(held=self._random.random() < 0.1)

    def _shuffle(self) -> None:
        for port in self._data:
            self._bits[port.name] = self._drawn(port, 0.5)

    def _drawn(self, port: Port, leaning: float) -> str:
        width = port.width or 1
        if width == 1:
            return "1" if self._random.random() < leaning else "0"
        corner = self._random.random()
        if corner < 0.1:
            return self._random.choice("01") * width
        if corner < 0.3:
            return f"{self._random.getrandbits(min(width, 3)):0{width}b}"[-width:]
        return f"{self._random.getrandbits(width):0{width}b}"

    def _cycle(self, *, held: bool = False) -> Iterator[Step]:
        """One step with the data as it stands, and what the clocks then do."""
        yield self._step(held=held and self._kind == "cycle")
        if self._clocks and not held:
            clock = self._random.choice(self._clocks)
            for _ in range(self._random.choice((1, 2, 2))):
                self._bits[clock.name] = "1" if self._bits[clock.name] == "0" else "0"
                yield self._step()

    def _step(self, *, held: bool = False) -> Step:
        return Step(dict(self._bits), held)
