"""Where simulation and synthesis part ways: constructs that no proof about the netlist speaks of.

Each is found in slang's elaborated tree. A candidate that holds one is never called equivalent,
because the netlist that was proved behaves otherwise than the text does in a simulator.

sensitivity   a process is not run again when something it reads changes (an incomplete event list;
              a function that reads a signal past its arguments; `always @*` that reads nothing)
order         a combinational process reads a variable before it writes it
race, inner-clock, inner-reset, clock-data, nonblocking
              the order of events decides (see `rtlglot.tools.slang.flow`)
delay         a delay decides when a value arrives; synthesis ignores it. Short constant ones after `<=`
              in a clocked process only shift within the cycle
initial       a start value that depends on signals, or on the order of initial blocks
mixed         a variable is assigned with `<=` and then with `=` in one process: the former wins
static        a variable keeps its value from one call, or one run of a block, to the next
side-effect   an assignment inside an expression that may not be evaluated
action        an assertion does something
strength, pull
              a drive strength or a net that pulls decides a value
x-compare     a comparison with x or z, which hardware cannot make (matters where there is state)
x-value       a comparison that is x whatever its operands are
input-driven, force, switch
              the design drives its own inputs, or overrules drivers (see `rtlglot.tools.slang.driven`)

IEEE 1800-2017: 9.2.2.1 and 9.4.2.2 (implicit event list), 6.8 and 6.21 (initial values, lifetimes).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyslang import ast

from rtlglot.tools.slang.constructs import constructs_at
from rtlglot.tools.slang.driven import driven_inputs
from rtlglot.tools.slang.flow import Clocked, Flow
from rtlglot.tools.slang.source import read_source
from rtlglot.tools.slang.tops import Remark
from rtlglot.tools.slang.uses import Uses, name_of, path_of

_OPEN = getattr(ast.UnconnectedDrive, "None_")  # noqa: B009 - the stubs call it otherwise
_EDGES = (ast.EdgeKind.PosEdge, ast.EdgeKind.NegEdge, ast.EdgeKind.BothEdges)
_COMBINATIONAL = (ast.ProceduralBlockKind.AlwaysComb, ast.ProceduralBlockKind.AlwaysLatch)


@dataclass(slots=True)
class _Search:
    """The walk over one design."""

    sources: Any
    found: list[Remark] = field(default_factory=list)
    flow: Flow = field(default_factory=Flow)
    started: set[str] = field(default_factory=set)
    """Assigned by an initial block."""
    asserted: list[Any] = field(default_factory=list)
    """Where assertions stand."""
    declared: set[str] = field(default_factory=set)
    """Declared with a constant."""

    def add(self, code: str, message: str, location: Any) -> None:
        self.found.append(Remark(code, message, int(self.sources.getLineNumber(location))))

    def see(self, node: Any) -> None:
        """One node of the elaborated tree."""
        if isinstance(node, ast.ProceduralBlockSymbol):
            self._process(node)
        elif isinstance(node, ast.ContinuousAssignSymbol):
            self._continuous(node.assignment, node.location)
            self.flow.assign(node.assignment)
        elif isinstance(node, ast.InstanceSymbol):
            self._instance(node)
        elif isinstance(node, ast.PrimitiveInstanceSymbol):
            self.flow.gate(node)
        elif isinstance(node, ast.NetSymbol) and node.initializer is not None:
            self._continuous(node.initializer, node.location)
            self.flow.assign(node.initializer, path_of(node))
        elif isinstance(node, ast.VariableSymbol) and _is_constant(node.initializer):
            self.declared.add(path_of(node))
        elif isinstance(node, ast.ImmediateAssertionStatement | ast.ConcurrentAssertionStatement):
            self.asserted.append(node.sourceRange)
        elif isinstance(node, ast.CallExpression) and node.subroutineName == "$isunknown":
            self._unknown(node)
        for code, message, location in constructs_at(node):
            self.add(code, message, location)

    def _unknown(self, call: Any) -> None:
        """A question for x, which an assertion may ask."""
        place = call.sourceRange.start
        if not any(one.start.offset <= place.offset < one.end.offset for one in self.asserted):
            self.add("x-compare", "$isunknown, which hardware cannot tell", place)

    def start(self, instance: Any) -> None:
        """The start values of an instance's ports."""
        for port in instance.body.portList:
            value = port.initializer if isinstance(port, ast.PortSymbol) else None
            if value is not None and not _is_constant(value):
                self.add("initial", f"the port {port.name} starts with a value of signals", port.location)

    def _instance(self, node: Any) -> None:
        self.start(node)
        self.flow.connect(node)
        for connection in node.portConnections:
            if connection.expression is not None:
                self._continuous(connection.expression, node.location)
            elif node.definition.unconnectedDrive != _OPEN:
                self.add("pull", f"the open input {connection.port.name} is pulled", node.location)

    def _process(self, block: Any) -> None:
        kind, body = block.procedureKind, block.body
        if kind in _COMBINATIONAL:
            uses = self._level(block, body)
            self._order(uses)
            if own := sorted(uses.nonblocking & uses.reads.keys()):
                text = f"{', '.join(own)} is assigned with <= and read in one process, which it does not wake"
                self.add("nonblocking", text, block.location)
        elif kind == ast.ProceduralBlockKind.Initial:
            self._initial(block)
        elif kind in (ast.ProceduralBlockKind.Always, ast.ProceduralBlockKind.AlwaysFF):
            self._always(block, body)

    def _always(self, block: Any, body: Any) -> None:
        if not isinstance(body, ast.TimedStatement):
            return
        events = list(_events(body.timing))
        if any(event.iffCondition is not None for event in events):
            self.add("sensitivity", "an event with iff", block.location)
        if any(event.edge in _EDGES for event in events):
            named = {
                name_of(part) or str(part.syntax).strip(): event.edge.name
                for event in events
                for part in _parts(event.expr)
            }
            uses = Uses.of(body.stmt)
            self._mixed(uses, block.location)
            self.flow.clocked.append(Clocked(uses, block.location, named))
        elif isinstance(body.timing, ast.ImplicitEventControl):
            self._implicit(block, self._level(block, body.stmt))
        elif events:
            self._listed(block, events, body.stmt)

    def _level(self, block: Any, body: Any, given: frozenset[str] = frozenset()) -> Uses:
        """The uses of a process without a clock."""
        uses = Uses.of(body, given=given)
        self._mixed(uses, block.location)
        # without a clock there is no cycle that a delay could shift in
        body.visit(self._any_delay)
        self.flow.join(uses.all_reads, uses.writes)
        for name in uses.nonblocking:
            self.flow.late.setdefault(name, block.location)
        return uses

    def _mixed(self, uses: Uses, location: Any) -> None:
        if names := ", ".join(sorted(uses.overtaken)):
            self.add("mixed", f"{names} is assigned with = after a <= that wins all the same", location)

    def _initial(self, block: Any) -> None:
        uses = Uses.of(block.body)
        trouble = ""
        if uses.nonblocking:
            trouble = f"{', '.join(sorted(uses.nonblocking))} is assigned with <= in an initial block"
        elif asked := sorted(uses.exposed.keys() - (self.declared - self.started)):
            trouble = f"an initial block reads {', '.join(asked)}"
        elif twice := sorted(uses.writes & self.started):
            trouble = f"{', '.join(twice)} is assigned in two initial blocks"
        if trouble:
            self.add("initial", trouble, block.location)
        self.started |= uses.writes

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
        uses = self._level(block, body, frozenset(parts))
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

    def _any_delay(self, node: Any) -> None:
        if isinstance(node, ast.AssignmentExpression) and node.timingControl is not None:
            self.add("delay", "an assignment with a delay", node.sourceRange.start)


def hazards_of(top: Any, sources: Any) -> tuple[Remark, ...]:
    """All hazards in a top instance and below it."""
    search = _Search(sources)
    search.start(top)
    top.visit(search.see)
    for code, message, where in search.flow.hazards():
        search.add(code, message, where)
    return (*dict.fromkeys(search.found), *driven_inputs(top, sources))


def told_by_x(text: str, standard: str, top: str | None = None) -> list[Remark]:
    """The hazards `x-compare` and `x-value` of a text; none of one that does not compile."""
    source = read_source(text, standard, hazards_of, top=top)
    found = {remark for each in source.tops for remark in each.remarks if remark.code.startswith("x-")}
    return sorted(found, key=lambda remark: remark.line)


def _is_constant(initializer: Any) -> bool:
    return initializer is not None and not Uses.of(initializer).all_reads


def _parts(expression: Any) -> Iterator[Any]:
    """The signals of an event."""
    names: list[Any] = []

    def see(node: Any) -> None:
        if name_of(node):
            names.append(node)

    expression.visit(see)
    yield from names


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
