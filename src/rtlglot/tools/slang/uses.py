"""Which signals a process reads and writes, in the order in which it does so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pyslang import ast

from rtlglot.verilog.system_tasks import SPEAKING

_VALUES = (ast.NamedValueExpression, ast.HierarchicalValueExpression)
_SELECTS = (ast.ElementSelectExpression, ast.RangeSelectExpression)
_OF_TYPE = frozenset({"$bits", "$size", "$left", "$right", "$high", "$low", "$dimensions", "$increment"})
"""Functions of an operand's type, not of its value."""
STEPS = (
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
    nonblocking: set[str] = field(default_factory=set)
    exposed: dict[str, Any] = field(default_factory=dict)
    """Read, here or in what is called, before a blocking assignment to it."""
    stale: dict[str, Any] = field(default_factory=dict)
    """The ones of these that are assigned later."""
    overtaken: set[str] = field(default_factory=set)
    """Assigned with `=` after a `<=` that then wins, where no branch keeps the two apart."""
    _called: set[str] = field(default_factory=set)
    _pending: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, node: Any, given: frozenset[str] = frozenset()) -> Uses:
        """The uses of a statement or an expression."""
        uses = cls(given=given)
        node.visit(uses._see)
        uses.stale = {name: where for name, where in uses.exposed.items() if name in uses.blocking}
        return uses

    @property
    def all_reads(self) -> set[str]:
        """Read here or in what is called from here."""
        return self.reads.keys() | self.hidden.keys()

    def _see(self, node: Any) -> Any:
        if isinstance(node, ast.AssignmentExpression):
            self._assignment(node)
        elif isinstance(node, ast.UnaryExpression) and node.op in STEPS:
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
        elif isinstance(node, ast.CallExpression) and node.subroutineName in _OF_TYPE | SPEAKING:
            pass
        elif not self._statement(node):
            return ast.VisitAction.Advance
        return ast.VisitAction.Skip

    def _statement(self, node: Any) -> bool:
        """A statement that decides in which order its parts run; False for any other node."""
        if isinstance(node, ast.ForLoopStatement):
            self._loop(node)
        elif isinstance(node, ast.ConditionalStatement):
            for condition in node.conditions:
                condition.expr.visit(self._see)
            self._branches((node.ifTrue, node.ifFalse))
        elif isinstance(node, ast.CaseStatement):
            for expression in (node.expr, *(label for item in node.items for label in item.expressions)):
                expression.visit(self._see)
            self._branches((*(item.stmt for item in node.items), node.defaultCase))
        else:
            return False
        return True

    def _assignment(self, node: Any) -> None:
        # what is read, and what selects the target, is read before anything is written
        if node.op is not None:
            node.left.visit(self._see)
        if node.right is not None:
            node.right.visit(self._see)
        self._target(node.left, blocking=not node.isNonBlocking)

    def _loop(self, node: Any) -> None:
        for variable in node.loopVars:
            self.blocking.add(path_of(variable))
        seen = set(self.blocking)
        for part in (*node.initializers, node.stopExpr, node.body, *node.steps):
            if part is not None:
                part.visit(self._see)
        # what a later round assigns comes after an earlier one
        self.overtaken |= (self.blocking - seen) & self._pending

    def _branches(self, branches: Iterable[Any]) -> None:
        """One of them runs."""
        before, after = self._pending, set(self._pending)
        for branch in branches:
            if branch is not None:
                self._pending = set(before)
                branch.visit(self._see)
                after |= self._pending
        self._pending = after

    def _target(self, expression: Any, *, blocking: bool) -> None:
        if isinstance(expression, _VALUES):
            if name := name_of(expression):
                self.writes.add(name)
                if blocking:
                    self.blocking.add(name)
                    self.overtaken |= {name} & self._pending
                else:
                    self.nonblocking.add(name)
                    self._pending.add(name)
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
                self.exposed.setdefault(name, where)

    def _call(self, subroutine: Any) -> None:
        if subroutine.hierarchicalPath in self._called:
            return
        inner = Uses(given=self.given, _called=self._called | {subroutine.hierarchicalPath})
        subroutine.body.visit(inner._see)
        self.hidden.update({**inner.hidden, **inner.reads})
        past = {name: where for name, where in inner.exposed.items() if name in self.hidden}
        self.exposed = {**{n: w for n, w in past.items() if n not in self.blocking}, **self.exposed}
        self.nonblocking |= inner.nonblocking
        self.writes |= inner.writes
        self.blocking |= inner.blocking


def name_of(expression: Any) -> str:
    """The hierarchical name of a net or variable; '' for anything else and for constants."""
    if not isinstance(expression, _VALUES):
        return ""
    symbol = behind(expression.symbol)
    if symbol.kind not in (ast.SymbolKind.Net, ast.SymbolKind.Variable, ast.SymbolKind.FormalArgument):
        return ""
    return path_of(symbol)


def path_of(symbol: Any) -> str:
    """A symbol's hierarchical name, below the top; of a modport's port that of the signal behind it."""
    return str(behind(symbol).hierarchicalPath).split(".", 1)[-1]


def behind(symbol: Any) -> Any:
    """The signal that a modport's port stands for, which slang names by the modport; else the symbol."""
    while symbol.kind == ast.SymbolKind.ModportPort and symbol.internalSymbol is not None:
        symbol = symbol.internalSymbol
    return symbol


def direction_of(port: Any) -> str:
    """In, Out, InOut or Ref, as slang says it; '' of a port that is an interface, which has none."""
    return "" if isinstance(port, ast.InterfacePortSymbol) else str(port.direction.name)
