"""Which signals a process reads and writes, in the order in which it does so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pyslang import ast

_VALUES = (ast.NamedValueExpression, ast.HierarchicalValueExpression)
_SELECTS = (ast.ElementSelectExpression, ast.RangeSelectExpression)
_OF_TYPE = frozenset({"$bits", "$size", "$left", "$right", "$high", "$low", "$dimensions", "$increment"})
"""Functions of an operand's type, not of its value."""
_STEPS = (
    ast.UnaryOperator.Postdecrement,
    ast.UnaryOperator.Postincrement,
    ast.UnaryOperator.Predecrement,
    ast.UnaryOperator.Preincrement,
)


@dataclass(slots=True)
class Uses:
    """Signals (not local variables, not constants) by hierarchical name."""

    given: frozenset[str] = frozenset()
    """Selects, as written, that count as known: reading one of them is no read."""
    reads: dict[str, Any] = field(default_factory=dict)
    """Name to where it is first read."""
    hidden: dict[str, Any] = field(default_factory=dict)
    """Read inside functions and tasks that are called."""
    blocking: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    """Blocking and nonblocking."""
    stale: dict[str, Any] = field(default_factory=dict)
    """Read before the first blocking assignment to it."""
    _called: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, node: Any, given: frozenset[str] = frozenset()) -> Uses:
        """The uses of a statement or an expression."""
        uses = cls(given=given)
        node.visit(uses._see)
        uses.stale = {name: where for name, where in uses.stale.items() if name in uses.blocking}
        return uses

    @property
    def all_reads(self) -> set[str]:
        """Read here or in what is called from here."""
        return self.reads.keys() | self.hidden.keys()

    def _see(self, node: Any) -> Any:
        if isinstance(node, ast.AssignmentExpression):
            self._assignment(node)
        elif isinstance(node, ast.UnaryExpression) and node.op in _STEPS:
            node.operand.visit(self._see)
            self._target(node.operand, blocking=True)
        elif isinstance(node, _SELECTS) and str(node.syntax).strip() in self.given:
            pass
        elif isinstance(node, _VALUES):
            self._read(node)
        elif isinstance(node, ast.CallExpression) and not node.isSystemCall:
            for argument in node.arguments:
                argument.visit(self._see)
            self._call(node.subroutine)
        elif isinstance(node, ast.CallExpression) and node.subroutineName in _OF_TYPE:
            pass
        elif isinstance(node, ast.ForLoopStatement):
            self._loop(node)
        else:
            return ast.VisitAction.Advance
        return ast.VisitAction.Skip

    def _assignment(self, node: Any) -> None:
        # what is read, and what selects the target, is read before anything is written
        if node.op is not None:
            node.left.visit(self._see)
        if node.right is not None:
            node.right.visit(self._see)
        self._target(node.left, blocking=not node.isNonBlocking)

    def _loop(self, node: Any) -> None:
        for variable in node.loopVars:
            self.blocking.add(_path(variable))
        for part in (*node.initializers, node.stopExpr, node.body, *node.steps):
            if part is not None:
                part.visit(self._see)

    def _target(self, expression: Any, *, blocking: bool) -> None:
        if isinstance(expression, _VALUES):
            if name := name_of(expression):
                self.writes.add(name)
                if blocking:
                    self.blocking.add(name)
        elif isinstance(expression, ast.ElementSelectExpression):
            expression.selector.visit(self._see)
            self._target(expression.value, blocking=blocking)
        elif isinstance(expression, ast.RangeSelectExpression):
            expression.left.visit(self._see)
            expression.right.visit(self._see)
            self._target(expression.value, blocking=blocking)
        elif isinstance(expression, ast.MemberAccessExpression):
            self._target(expression.value, blocking=blocking)
        elif isinstance(expression, ast.ConcatenationExpression):
            for operand in expression.operands:
                self._target(operand, blocking=blocking)

    def _read(self, node: Any) -> None:
        if name := name_of(node):
            where = node.sourceRange.start
            # what a process keeps to itself changes only while it runs, and so never wakes it
            if not node.symbol.parentScope.isProceduralContext:
                self.reads.setdefault(name, where)
            if name not in self.blocking:
                self.stale.setdefault(name, where)

    def _call(self, subroutine: Any) -> None:
        if subroutine.hierarchicalPath in self._called:
            return
        inner = Uses(given=self.given, _called=self._called | {subroutine.hierarchicalPath})
        subroutine.body.visit(inner._see)
        self.hidden.update({**inner.hidden, **inner.reads})
        self.writes |= inner.writes
        self.blocking |= inner.blocking


def name_of(expression: Any) -> str:
    """The hierarchical name of a net or variable; '' for anything else and for constants."""
    if not isinstance(expression, _VALUES):
        return ""
    symbol = expression.symbol
    if symbol.kind not in (ast.SymbolKind.Net, ast.SymbolKind.Variable, ast.SymbolKind.FormalArgument):
        return ""
    return _path(symbol)


def _path(symbol: Any) -> str:
    return str(symbol.hierarchicalPath).split(".", 1)[-1]
