"""Single constructs that are simulated otherwise than they are synthesised; see `hazards`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyslang import ast

from rtlglot.tools.slang.uses import STEPS, Uses, path_of

LONGEST_DELAY = 10
"""Time units of a delay after `<=` that count as shorter than a cycle."""
Found = Iterator[tuple[str, str, Any]]
"""Code, message and place."""

_DRIVERS = (ast.NetSymbol, ast.ContinuousAssignSymbol, ast.PrimitiveInstanceSymbol)
_KINDS = ast.NetType.NetKind
_PULLING = (_KINDS.Tri0, _KINDS.Tri1, _KINDS.TriReg)
_SHORT = (ast.BinaryOperator.LogicalAnd, ast.BinaryOperator.LogicalOr, ast.BinaryOperator.LogicalImplication)


def constructs_at(node: Any) -> Found:
    """What is to say about one node of the elaborated tree."""
    if isinstance(node, ast.VariableSymbol):
        yield from _variable(node)
    elif isinstance(node, ast.SubroutineSymbol):
        yield from _subroutine(node)
    elif isinstance(node, ast.ImmediateAssertionStatement | ast.ConcurrentAssertionStatement):
        yield from _action(node)
    yield from _net(node)
    yield from _expression(node)
    yield from _delay(node)


def _variable(node: Any) -> Found:
    if node.initializer is None or node.lifetime != ast.VariableLifetime.Static:
        return
    if node.parentScope.isProceduralContext:
        yield "static", f"{node.name} keeps its value between two runs of its block", node.location
    elif asked := sorted(Uses.of(node.initializer).all_reads):
        text = f"{node.name} gets a value from {', '.join(asked)} once, at the start"
        yield "initial", text, node.location


def _subroutine(node: Any) -> Found:
    if node.defaultLifetime != ast.VariableLifetime.Static:
        return
    given = {path_of(argument) for argument in node.arguments if argument.direction.name != "Out"}
    for name in Uses.of(node.body).stale.keys() - given:
        yield "static", f"{name} keeps its value between two calls of {node.name}", node.location


def _action(node: Any) -> Found:
    for part in (node.ifTrue, node.ifFalse):
        if part is not None and Uses.of(part).writes:
            yield "action", "an assertion assigns", node.sourceRange.start


def _net(node: Any) -> Found:
    if isinstance(node, ast.NetSymbol) and node.netType.netKind in _PULLING:
        yield "pull", f"the net {node.name} pulls or keeps a value", node.location
    if isinstance(node, ast.PrimitiveInstanceSymbol) and node.primitiveType.name.startswith("pull"):
        yield "pull", "a pull-up or pull-down", node.location
    if isinstance(node, _DRIVERS) and _has_strength(node):
        yield "strength", "a drive strength", node.location


def _expression(node: Any) -> Found:
    if isinstance(node, ast.BinaryExpression):
        yield from _comparison(node)
    elif isinstance(node, ast.GenerateBlockSymbol):
        condition = node.conditionExpression
        if condition is not None and _has_unknown(condition):
            yield "x-value", "a generate condition with x or z, which tools take differently", node.location
    elif isinstance(node, ast.CaseStatement) and node.condition == ast.CaseStatementCondition.Normal:
        labels = [label for item in node.items for label in item.expressions]
        if any(_has_unknown(label) for label in labels):
            yield "x-compare", "a case item with x or z", node.sourceRange.start
    maybe: tuple[Any, ...] = ()
    if isinstance(node, ast.ConditionalExpression):
        maybe = (node.left, node.right)
    elif isinstance(node, ast.BinaryExpression) and node.op in _SHORT:
        maybe = (node.right,)
    if any(_does_something(part) for part in maybe):
        yield "side-effect", "an assignment that may not come to pass", node.sourceRange.start


def _comparison(node: Any) -> Found:
    if not (_has_unknown(node.left) or _has_unknown(node.right)):
        return
    if node.op in (ast.BinaryOperator.CaseEquality, ast.BinaryOperator.CaseInequality):
        yield "x-compare", "comparison with x or z", node.sourceRange.start
    elif node.op in (ast.BinaryOperator.Equality, ast.BinaryOperator.Inequality):
        yield "x-value", "a comparison that is x", node.sourceRange.start


def _delay(node: Any) -> Found:
    if isinstance(node, ast.AssignmentExpression):
        # q <= #1 d is common in clocked processes and only shifts within the cycle
        if node.timingControl is not None and not (node.isNonBlocking and _short(node.timingControl)):
            yield "delay", "an assignment with a delay", node.sourceRange.start
    elif isinstance(node, ast.TimedStatement):
        if isinstance(node.timing, ast.DelayControl):
            yield "delay", "a statement with a delay", node.sourceRange.start
    elif isinstance(node, ast.SpecifyBlockSymbol):
        yield "delay", "a specify block", node.location
    elif isinstance(node, _DRIVERS) and node.delay is not None:
        yield "delay", "a net, an assign or a gate with a delay", node.location


def _has_strength(node: Any) -> bool:
    try:
        return node.driveStrength != (None, None) or bool(getattr(node, "chargeStrength", None))
    except TypeError:
        # pyslang can say that there is none, and cannot name the ones that there are
        return True


def _short(timing: Any) -> bool:
    """Whether a delay is a constant of a few units."""
    if not isinstance(timing, ast.DelayControl):
        return False
    expression = timing.expr
    while isinstance(expression, ast.ConversionExpression):
        expression = expression.operand
    value: Any = getattr(expression, "value", None)
    if isinstance(expression, ast.NamedValueExpression) and isinstance(
        expression.symbol, ast.ParameterSymbol
    ):
        value = expression.symbol.value.value
    try:
        return float(value) <= LONGEST_DELAY
    except (TypeError, ValueError):
        return False


def _does_something(expression: Any) -> bool:
    """Whether evaluating an expression changes a signal."""
    found = False

    def see(node: Any) -> None:
        nonlocal found
        if isinstance(node, ast.AssignmentExpression) or (
            isinstance(node, ast.UnaryExpression) and node.op in STEPS
        ):
            found = True
        elif isinstance(node, ast.CallExpression) and not node.isSystemCall:
            found = found or bool(Uses.of(node).writes)

    expression.visit(see)
    return found


def _has_unknown(expression: Any) -> bool:
    found = False

    def see(node: Any) -> None:
        nonlocal found
        if isinstance(node, ast.IntegerLiteral | ast.UnbasedUnsizedIntegerLiteral):
            found = found or node.value.hasUnknown

    expression.visit(see)
    return found
