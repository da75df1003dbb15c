"""Input ports that a design drives from inside, and statements that overrule drivers.

Simulators make one net of a port and what it is connected to, so a design that drives or forces its
own input changes what the testbench gives to the reference, too. Found in slang's elaborated tree;
inside the box only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyslang import ast

from rtlglot.tools.slang.tops import Remark
from rtlglot.tools.slang.uses import behind, direction_of

_SELECTS = (ast.ElementSelectExpression, ast.RangeSelectExpression, ast.MemberAccessExpression)


@dataclass(slots=True)
class _Walk:
    """Down through a design."""

    sources: Any
    inputs: set[str] = field(default_factory=set)
    found: list[Remark] = field(default_factory=list)

    def see(self, node: Any) -> None:
        if isinstance(node, ast.InstanceSymbol):
            self._instance(node)
        elif isinstance(node, ast.AssignmentExpression):
            self._target(node.left)
        elif isinstance(node, ast.ProceduralAssignStatement):
            self._remark("force", "force and assign in a process overrule drivers", node.sourceRange.start)
        elif isinstance(node, ast.PrimitiveInstanceSymbol) and "tran" in node.primitiveType.name:
            self._remark("switch", "a bidirectional switch joins two nets", node.location)
        elif isinstance(node, ast.NetAliasSymbol):
            self._remark("switch", "an alias joins two nets", node.location)

    def _instance(self, node: Any) -> None:
        self.inputs.update(_inputs(node))
        for connection in node.portConnections:
            expression = connection.expression
            if isinstance(expression, ast.AssignmentExpression):
                # so slang shows what an output is connected to
                self._target(expression.left)
            elif expression is not None and direction_of(connection.port) == "InOut":
                self._target(expression)

    def _target(self, expression: Any) -> None:
        for node in _named(expression):
            if str(behind(node.symbol).hierarchicalPath) in self.inputs:
                message = f"the input {node.symbol.name} is driven from inside"
                self._remark("input-driven", message, node.sourceRange.start)

    def _remark(self, code: str, message: str, location: Any) -> None:
        self.found.append(Remark(code, message, int(self.sources.getLineNumber(location))))


def driven_inputs(top: Any, sources: Any) -> tuple[Remark, ...]:
    """Each place in a top instance, or below it, that drives or forces an input port."""
    walk = _Walk(sources)
    top.visit(walk.see)
    return tuple(dict.fromkeys(walk.found))


def _inputs(instance: Any) -> Iterator[str]:
    for port in instance.body.portList:
        if isinstance(port, ast.PortSymbol) and port.direction.name == "In" and port.internalSymbol:
            yield str(port.internalSymbol.hierarchicalPath)


def _named(expression: Any) -> Iterator[Any]:
    if isinstance(expression, ast.NamedValueExpression | ast.HierarchicalValueExpression):
        yield expression
    elif isinstance(expression, _SELECTS):
        yield from _named(expression.value)
    elif isinstance(expression, ast.ConcatenationExpression):
        for operand in expression.operands:
            yield from _named(operand)
    elif isinstance(expression, ast.ConversionExpression):
        yield from _named(expression.operand)
