"""Where simulation and synthesis part ways: constructs that no proof about the netlist speaks of.

Each is found in slang's elaborated tree. A candidate that holds one is never called equivalent,
because the netlist that was proved behaves otherwise than the text does in a simulator.

sensitivity   a process is not run again when something it reads changes (an incomplete event list;
              a function that reads a signal past its arguments; `always @*` that reads nothing)
order         a combinational process reads a variable before it writes it
race          two clocked processes meet at a variable assigned with `=`
delay         a delay decides when a value arrives; synthesis ignores it
x-compare     a comparison with x or z, which hardware cannot make (matters where there is state)
input-driven, force, switch
              the design drives its own inputs, or overrules drivers (see `rtlglot.tools.slang.driven`)

IEEE 1800-2017: 9.2.2.1 and 9.4.2.2 (implicit event list), 4.7 and 4.8 (races).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyslang import ast

from rtlglot.tools.slang.driven import driven_inputs
from rtlglot.tools.slang.source import Remark
from rtlglot.tools.slang.uses import Uses, name_of

_DRIVERS = (ast.NetSymbol, ast.ContinuousAssignSymbol, ast.PrimitiveInstanceSymbol)
_EDGES = (ast.EdgeKind.PosEdge, ast.EdgeKind.NegEdge, ast.EdgeKind.BothEdges)


@dataclass(slots=True)
class _Clocked:
    """What a clocked process does, kept until all are known."""

    uses: Uses
    line: int


@dataclass(slots=True)
class _Search:
    """The walk over one design."""

    sources: Any
    found: list[Remark] = field(default_factory=list)
    clocked: list[_Clocked] = field(default_factory=list)

    def line(self, location: Any) -> int:
        return int(self.sources.getLineNumber(location))

    def add(self, code: str, message: str, location: Any) -> None:
        self.found.append(Remark(code, message, self.line(location)))

    def see(self, node: Any) -> None:
        """One node of the elaborated tree."""
        if isinstance(node, ast.ProceduralBlockSymbol):
            self._process(node)
        elif isinstance(node, ast.ContinuousAssignSymbol):
            self._continuous(node.assignment, node.location)
        elif isinstance(node, ast.NetSymbol) and node.initializer is not None:
            self._continuous(node.initializer, node.location)
        elif isinstance(node, ast.InstanceSymbol):
            for connection in node.portConnections:
                if connection.expression is not None:
                    self._continuous(connection.expression, node.location)
        elif isinstance(node, ast.BinaryExpression):
            self._comparison(node)
        self._delay(node)

    def _process(self, block: Any) -> None:
        kind, body = block.procedureKind, block.body
        if kind in (ast.ProceduralBlockKind.AlwaysComb, ast.ProceduralBlockKind.AlwaysLatch):
            self._order(Uses.of(body))
            return
        if kind not in (ast.ProceduralBlockKind.Always, ast.ProceduralBlockKind.AlwaysFF):
            return
        if not isinstance(body, ast.TimedStatement):
            return
        events = list(_events(body.timing))
        if any(event.edge in _EDGES for event in events):
            self.clocked.append(_Clocked(Uses.of(body.stmt), self.line(block.location)))
        elif isinstance(body.timing, ast.ImplicitEventControl):
            self._implicit(block, Uses.of(body.stmt))
        elif events:
            self._listed(block, events, body.stmt)

    def _implicit(self, block: Any, uses: Uses) -> None:
        self._order(uses)
        if not uses.reads and uses.writes:
            wrote = ", ".join(sorted(uses.writes))
            text = f"always @* reads nothing that changes, so it is never run and {wrote} stays x"
            self.add("sensitivity", text, block.location)
        self._hidden(uses, block.location)

    def _listed(self, block: Any, events: list[Any], body: Any) -> None:
        whole, parts = set(), set()
        for event in events:
            for part in _operands(event.expr):
                name = name_of(part)
                if name:
                    whole.add(name)
                else:
                    parts.add(str(part.syntax).strip())
        uses = Uses.of(body, given=frozenset(parts))
        self._order(uses)
        missing = {**uses.reads, **uses.hidden}
        for name in whole | uses.blocking:
            missing.pop(name, None)
        if missing:
            text = f"the event list of this always block lacks {', '.join(missing)}, which the block reads"
            self.add("sensitivity", text, block.location)

    def _continuous(self, expression: Any, location: Any) -> None:
        self._hidden(Uses.of(expression), location)

    def _hidden(self, uses: Uses, location: Any) -> None:
        past = [name for name in uses.hidden if name not in uses.reads]
        if past:
            text = (
                f"a function called here reads {', '.join(past)}, and is not called again when that changes"
            )
            self.add("sensitivity", text, location)

    def _order(self, uses: Uses) -> None:
        for name, where in uses.stale.items():
            self.add("order", f"{name} is read here before this block assigns it", where)

    def _comparison(self, node: Any) -> None:
        same = (ast.BinaryOperator.CaseEquality, ast.BinaryOperator.CaseInequality)
        if node.op in same and (_has_unknown(node.left) or _has_unknown(node.right)):
            self.add("x-compare", "comparison with x or z", node.sourceRange.start)

    def _delay(self, node: Any) -> None:
        if isinstance(node, ast.AssignmentExpression):
            # q <= #1 d is common in clocked processes and only shifts within the cycle
            if node.timingControl is not None and not node.isNonBlocking:
                self.add("delay", "an assignment with a delay", node.sourceRange.start)
        elif isinstance(node, ast.TimedStatement):
            if isinstance(node.timing, ast.DelayControl):
                self.add("delay", "a statement with a delay", node.sourceRange.start)
        elif isinstance(node, _DRIVERS) and node.delay is not None:
            self.add("delay", "a net, an assign or a gate with a delay", node.location)

    def races(self) -> None:
        """Once all clocked processes are known: who reads what another assigns with `=`."""
        for writer in self.clocked:
            for reader in self.clocked:
                met = [name for name in writer.uses.blocking if name in reader.uses.all_reads]
                if reader is not writer and met:
                    text = (
                        f"{', '.join(sorted(met))} is assigned with = in one clocked block and read in "
                        f"another (line {reader.line}): which one runs first is up to the simulator"
                    )
                    self.found.append(Remark("race", text, writer.line))


def hazards_of(top: Any, sources: Any) -> tuple[Remark, ...]:
    """All hazards in a top instance and below it."""
    search = _Search(sources)
    top.visit(search.see)
    search.races()
    return (*dict.fromkeys(search.found), *driven_inputs(top, sources))


def _events(timing: Any) -> Iterator[Any]:
    if isinstance(timing, ast.SignalEventControl):
        yield timing
    elif isinstance(timing, ast.EventListControl):
        for event in timing.events:
            yield from _events(event)


def _operands(expression: Any) -> Iterator[Any]:
    if isinstance(expression, ast.ConcatenationExpression):
        for operand in expression.operands:
            yield from _operands(operand)
    else:
        yield expression


def _has_unknown(expression: Any) -> bool:
    found = False

    def see(node: Any) -> None:
        nonlocal found
        if isinstance(node, ast.IntegerLiteral | ast.UnbasedUnsizedIntegerLiteral):
            found = found or node.value.hasUnknown

    expression.visit(see)
    return found
