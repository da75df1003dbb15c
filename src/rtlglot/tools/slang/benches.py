"""A design's seat in a testbench, as slang sees it: which modules are there and missing, and what the
testbench connects. Inside the box only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyslang
from pyslang import ast, syntax

from rtlglot.tools.slang.uses import behind, direction_of
from rtlglot.verilog.interface import Port

_CONNECTIONS = frozenset({"PortDoesNotExist", "TooManyPortConnections", "ParameterDoesNotExist"})
_TRISTATE = re.compile(r"'[sS]?[bodhBODH]?[0-9_]*[zZ?]")


@dataclass(frozen=True, slots=True)
class ModuleNames:
    """The modules of texts."""

    defined: tuple[str, ...]
    missing: tuple[str, ...]
    """Instantiated and not defined."""
    tops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """One place where a testbench instantiates the design."""

    parameters: tuple[tuple[str, str], ...]
    """Names and values of those that the testbench sets."""
    ports: tuple[Port, ...]
    """With the widths that these give."""


@dataclass(frozen=True, slots=True)
class Seats:
    """What a testbench, its reference and a design are together."""

    seats: tuple[Seat, ...]
    misfits: tuple[str, ...]
    """Connections that the design cannot take, in words."""


def names_of(*texts: str) -> ModuleNames:
    """Modules of texts taken together."""
    compilation, _ = _compile(texts)
    missing = [str(found.args[0]) for found in _diagnostics(compilation, frozenset({"UnknownModule"}))]
    return ModuleNames(
        tuple(definition.name for definition in compilation.getDefinitions()),
        tuple(dict.fromkeys(missing)),
        tuple(instance.definition.name for instance in compilation.getRoot().topInstances),
    )


def seats_of(texts: Sequence[str], top: str, design: str) -> Seats:
    """Where the module `design` sits below `top`."""
    compilation, sources = _compile(texts, top)
    engine = pyslang.DiagnosticEngine(sources)
    misfits = [
        engine.formatMessage(found)
        for found in _diagnostics(compilation, _CONNECTIONS)
        if design in [str(argument) for argument in found.args]
    ]
    walk = _Walk(design)
    compilation.getRoot().visit(walk.see)
    for instance in walk.instances:
        misfits += _contested(instance, walk)
    seats = tuple(dict.fromkeys(_seat(instance) for instance in walk.instances))
    return Seats(seats, tuple(dict.fromkeys(misfits)))


@dataclass(slots=True)
class _Walk:
    """Over the testbench, around the design."""

    design: str
    instances: list[Any] = field(default_factory=list)
    driven: dict[str, bool] = field(default_factory=dict)
    """Path of each signal that the testbench drives, and whether all that drives it may let go."""

    def see(self, node: Any) -> Any:
        if isinstance(node, ast.InstanceSymbol):
            if node.definition.name == self.design:
                self.instances.append(node)
                return ast.VisitAction.Skip
            for connection in node.portConnections:
                if direction_of(connection.port) not in ("In", ""):
                    self._drive(_outer(connection), lets_go=False)
        elif isinstance(node, ast.ContinuousAssignSymbol):
            assignment: Any = node.assignment
            lets_go = bool(_TRISTATE.search(str(assignment.syntax or "")))
            self._drive(assignment.left, lets_go=lets_go)
            return ast.VisitAction.Skip
        elif isinstance(node, ast.AssignmentExpression):
            self._drive(node.left, lets_go=False)
        elif isinstance(node, ast.NetSymbol) and node.initializer is not None:
            self._drive_path(str(node.hierarchicalPath), lets_go=False)
        return ast.VisitAction.Advance

    def _drive(self, expression: Any, *, lets_go: bool) -> None:
        for path in paths_of(expression):
            self._drive_path(path, lets_go=lets_go)

    def _drive_path(self, path: str, *, lets_go: bool) -> None:
        self.driven[path] = self.driven.get(path, True) and lets_go


def _contested(instance: Any, walk: _Walk) -> Iterator[str]:
    """Signals that the design drives through a port and the testbench from elsewhere."""
    for connection in instance.portConnections:
        direction = direction_of(connection.port)
        if direction in ("In", ""):
            continue
        for path in paths_of(_outer(connection)):
            if path in walk.driven and not (direction == "InOut" and walk.driven[path]):
                kind = {"Out": "output", "InOut": "inout"}.get(direction, direction)
                yield f"the testbench drives what is connected to the {kind} {connection.port.name}"


def _outer(connection: Any) -> Any:
    """What a port is connected to; slang shows that of an output as the left of an assignment."""
    expression = connection.expression
    return expression.left if isinstance(expression, ast.AssignmentExpression) else expression


def paths_of(expression: Any) -> Iterator[str]:
    """Hierarchical paths of the signals that an assigned expression names."""
    if expression is None:
        return
    found: list[str] = []

    def see(node: Any) -> None:
        if isinstance(node, ast.NamedValueExpression | ast.HierarchicalValueExpression):
            found.append(str(behind(node.symbol).hierarchicalPath))

    expression.visit(see)
    yield from found


def _seat(instance: Any) -> Seat:
    parameters = tuple(
        (parameter.name, str(parameter.value))
        for parameter in instance.body.parameters
        if isinstance(parameter, ast.ParameterSymbol) and parameter.isOverridden
    )
    ports = tuple(
        Port(
            port.name,
            {"In": "input", "Out": "output"}.get(port.direction.name, "inout"),
            port.type.bitWidth if port.type.isIntegral else 1,
        )
        for port in instance.body.portList
        if isinstance(port, ast.PortSymbol)
    )
    return Seat(parameters, ports)


def _compile(texts: Sequence[str], top: str | None = None) -> tuple[Any, Any]:
    sources = pyslang.SourceManager()
    preprocessor = pyslang.parsing.PreprocessorOptions()
    preprocessor.maxIncludeDepth = 0
    options = ast.CompilationOptions()
    if top is not None:
        options.topModules = {top}
    bag = pyslang.Bag([preprocessor, options])
    compilation = ast.Compilation(bag)
    for number, text in enumerate(texts):
        name = f"text{number}.sv"
        compilation.addSyntaxTree(syntax.SyntaxTree.fromText(text, sources, name, name, bag))
    return compilation, sources


def _diagnostics(compilation: Any, codes: frozenset[str]) -> Iterator[Any]:
    for found in compilation.getAllDiagnostics():
        if str(found.code).removeprefix("DiagCode(").removesuffix(")") in codes:
            yield found
