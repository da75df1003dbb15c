"""What reaches what without a register in between, and the clocked processes that meet there.

Names are hierarchical, below the top. Found are the places where the order of events in a simulator
decides and a netlist knows no order:

race          a variable that one clocked process assigns with `=`, or something made from it, is read
              by another that may run first
inner-clock   a clock that the design makes itself meets data that may change at the same moment, or
              is made by logic that may glitch
inner-reset   so for a reset that several registers make together
clock-data    a process reads its own clock: a simulator has the new value, a register the old one
nonblocking   a process without a clock assigns with `<=` what clocks another, or what it reads itself:
              it arrives a turn too late

IEEE 1800-2017 4.6 to 4.8.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pyslang import ast

from rtlglot.tools.slang.uses import Uses, name_of, path_of


@dataclass(slots=True)
class Clocked:
    """What a clocked process does."""

    uses: Uses
    location: Any
    events: dict[str, str]
    """Names in its event list, with their edges."""

    @property
    def resets(self) -> set[str]:
        """Events that it asks for itself."""
        return self.events.keys() & self.uses.all_reads if len(self.events) > 1 else set()

    @property
    def clocks(self) -> frozenset[tuple[str, str]]:
        """The other ones; all of them where it asks for all."""
        return frozenset(pair for pair in self.events.items() if pair[0] not in self.resets)


@dataclass(slots=True)
class Flow:
    """Combinational ways from name to name, and the processes."""

    clocked: list[Clocked] = field(default_factory=list)
    late: dict[str, Any] = field(default_factory=dict)
    """Assigned with `<=` without a clock, and where."""
    _onward: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _alias: dict[str, str] = field(default_factory=dict)
    """What is another name itself, or its inverse."""

    def join(self, sources: Iterable[str], targets: Iterable[str]) -> None:
        """Each source decides each target, at once."""
        for source in sources:
            self._onward[source].update(targets)

    def assign(self, expression: Any, target: str | None = None) -> None:
        """A continuous assignment, or an expression that drives `target`."""
        uses = Uses.of(expression)
        targets = uses.writes if target is None else {target}
        self.join(uses.all_reads, targets)
        right = expression.right if target is None and hasattr(expression, "right") else expression
        if len(targets) == 1 and (name := _inverted(right)):
            self._alias[next(iter(targets))] = name

    def connect(self, instance: Any) -> None:
        """The ports of an instance."""
        for connection in instance.portConnections:
            inner, expression = connection.port, connection.expression
            symbol = inner.internalSymbol if isinstance(inner, ast.PortSymbol) else None
            if expression is None or symbol is None:
                continue
            if isinstance(expression, ast.AssignmentExpression):
                # so slang shows what an output is connected to
                for name in Uses.of(expression).writes:
                    self.join((path_of(symbol),), (name,))
                    self._alias.setdefault(name, path_of(symbol))
            else:
                self.assign(expression, path_of(symbol))

    def gate(self, primitive: Any) -> None:
        """A gate: what goes in, and what comes out."""
        reads, writes = set(), set()
        for expression in primitive.portConnections:
            uses = Uses.of(expression)
            reads |= uses.all_reads
            writes |= uses.writes
        self.join(reads, writes)

    def reach(self, names: Iterable[str]) -> set[str]:
        """All that is made from these names, themselves included."""
        seen, todo = set(), list(names)
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += self._onward.get(name, ())
        return seen

    def hazards(self) -> Iterator[tuple[str, str, Any]]:
        """Code, message and place of each."""
        yield from self._races()
        yield from self._late_clocks()
        for process in self.clocked:
            yield from self._own_clock(process)
        states = {name for process in self.clocked for name in process.uses.writes}
        if self.reach(states) & {name for process in self.clocked for name in process.events}:
            reached = {name: self.reach((name,)) for name in states}
            for process in self.clocked:
                yield from self._inner(process, reached)

    def _races(self) -> Iterator[tuple[str, str, Any]]:
        for writer in self.clocked:
            if not writer.uses.blocking:
                continue
            carried = self.reach(writer.uses.blocking)
            for reader in self.clocked:
                met = carried & reader.uses.exposed.keys()
                if reader is not writer and met:
                    text = (
                        f"{', '.join(sorted(met))} is assigned with = in one clocked block, or made from what"
                        " is, and read in another: which one runs first is up to the simulator"
                    )
                    yield "race", text, writer.location

    def _late_clocks(self) -> Iterator[tuple[str, str, Any]]:
        events = {name for process in self.clocked for name in process.events}
        for name, where in self.late.items():
            if self.reach((name,)) & events:
                text = f"{name} is assigned with <= without a clock, and clocks registers: they see it late"
                yield "nonblocking", text, where

    def _own_clock(self, process: Clocked) -> Iterator[tuple[str, str, Any]]:
        for name, _ in sorted(process.clocks):
            if self.reach((name,)) & process.uses.all_reads:
                yield "clock-data", f"{name} is read at its own edge", process.location

    def _inner(self, process: Clocked, reached: dict[str, set[str]]) -> Iterator[tuple[str, str, Any]]:
        for name, _ in sorted(process.clocks):
            makers = [state for state, names in reached.items() if name in names]
            if makers and not self._is_one(name, makers):
                text = f"the clock {name} is made by logic from {', '.join(sorted(makers))}: it may glitch"
                yield "inner-clock", text, process.location
            elif makers and (met := self._crossing(process, reached)):
                text = (
                    f"the clock {name} is made by the design, and {', '.join(met)} may change at the"
                    " same moment: which value counts is up to the order of events"
                )
                yield "inner-clock", text, process.location
        for name in sorted(process.resets):
            makers = [state for state, names in reached.items() if name in names]
            if len(makers) > 1:
                text = f"the reset {name} is made from {', '.join(sorted(makers))}: it may glitch"
                yield "inner-reset", text, process.location

    def _is_one(self, name: str, makers: list[str]) -> bool:
        """Whether a clock is a register itself, under whatever names."""
        for _ in range(len(self._alias) + 1):
            if name in makers:
                return True
            name = self._alias.get(name, "")
        return False

    def _crossing(self, process: Clocked, reached: dict[str, set[str]]) -> list[str]:
        """Registers on other clocks that a process reads."""
        others = [other for other in self.clocked if other.clocks != process.clocks]
        foreign = {name for other in others for name in other.uses.writes} - process.uses.writes
        return sorted(name for name in foreign if reached[name] & process.uses.all_reads)


_INVERSIONS = (ast.UnaryOperator.BitwiseNot, ast.UnaryOperator.LogicalNot)


def _inverted(expression: Any) -> str:
    """The name that an expression is, or the inverse of; '' for anything else."""
    while True:
        inverts = isinstance(expression, ast.UnaryExpression) and expression.op in _INVERSIONS
        if inverts or isinstance(expression, ast.ConversionExpression):
            expression = expression.operand
        elif isinstance(expression, ast.ElementSelectExpression):
            expression = expression.value
        else:
            return name_of(expression)
