"""Variables that several processes use for themselves: loop indices and intermediate values.

Where every process writes such a variable before it reads it, none sees what another one wrote, so that
nothing is driven twice. Nor is anything where nobody reads it at all. Decided by slang's own flow analysis;
what that does not follow (an early leave of a block, a wait inside a process) decides against.
"""

from __future__ import annotations

from typing import Any

from pyslang import analysis, ast

_NOT_FOLLOWED = frozenset(
    """
    Disable DisableFork ForeverLoop ProceduralAssign ProceduralDeassign RandCase RandSequence Timed Wait
    WaitFork WaitOrder
    """.split()
)
_SELECTS = (ast.ElementSelectExpression, ast.RangeSelectExpression, ast.MemberAccessExpression)


def is_temporary(symbol: Any, root: Any) -> bool:
    """Whether each process of a design that touches a variable writes all of it before it reads it."""
    body = symbol.parentScope.containingInstance
    if any(port.internalSymbol is symbol for port in body.portList if isinstance(port, ast.PortSymbol)):
        return False
    processes: list[Any] = []
    body.visit(lambda node: processes.append(node) if isinstance(node, ast.ProceduralBlockSymbol) else None)
    uses = [_count(process, symbol) for process in processes]
    everywhere = _count(root, symbol)
    if sum(uses) != everywhere:
        return False  # it is read outside of any process, too
    if everywhere == _count_written(root, symbol):
        return True
    touching = (process for process, used in zip(processes, uses, strict=True) if used)
    return all(_keeps_to_itself(process, symbol) for process in touching)


def _count(node: Any, symbol: Any) -> int:
    found = 0

    def see(inner: Any) -> None:
        nonlocal found
        found += _names(inner, symbol)

    node.visit(see)
    return found


def _count_written(root: Any, symbol: Any) -> int:
    """How often the whole of it is written by a plain assignment, which reads nothing of it."""
    found = 0

    def see(node: Any) -> None:
        nonlocal found
        if isinstance(node, ast.AssignmentExpression) and not node.isCompound:
            found += sum(one is symbol for one in _written(node.left))

    root.visit(see)
    return found


def _names(node: Any, symbol: Any) -> bool:
    named = isinstance(node, ast.NamedValueExpression | ast.HierarchicalValueExpression)
    return named and node.symbol is symbol


def _keeps_to_itself(process: Any, symbol: Any) -> bool:
    statement = process.body
    if statement.kind.name == "Timed":
        if _count(statement.timing, symbol):
            return False
        statement = statement.stmt
    if not _followed(statement):
        return False
    flow = analysis.FlowAnalysis(process)
    early = False

    def read(node: Any) -> None:
        nonlocal early
        early = early or (_names(node, symbol) and not flow.currentState)

    def write(node: Any) -> None:
        nonlocal early
        # slang tells of a write before it tells of what is read for it
        node.right.visit(read)
        _indices(node.left, read)
        later = node.isNonBlocking or node.timingControl is not None
        early = early or (later and symbol in _targets(node.left))
        if symbol in _written(node.left):
            early = early or (node.isCompound and not flow.currentState)
            flow.currentState = True

    flow.createTopState = lambda: False
    flow.onStateCopy = lambda state: state
    flow.onBranchMerge = lambda one, other: one and other
    flow.onAssignment = write
    flow.onVariableRef = read
    flow.run(statement)
    return not early and not flow.bad


def _followed(statement: Any) -> bool:
    followed = True

    def see(node: Any) -> None:
        nonlocal followed
        if isinstance(node, ast.Statement):
            parallel = isinstance(node, ast.BlockStatement) and node.blockKind.name != "Sequential"
            followed = followed and not parallel and node.kind.name not in _NOT_FOLLOWED

    statement.visit(see)
    return followed


def _written(left: Any) -> list[Any]:
    """The variables that an assignment writes as a whole."""
    if isinstance(left, ast.NamedValueExpression):
        return [left.symbol]
    if isinstance(left, ast.ConcatenationExpression):
        return [symbol for operand in left.operands for symbol in _written(operand)]
    return []


def _targets(left: Any) -> list[Any]:
    """The variables that an assignment writes, wholly or in part."""
    if isinstance(left, ast.ConcatenationExpression):
        return [symbol for operand in left.operands for symbol in _targets(operand)]
    while isinstance(left, _SELECTS):
        left = left.value
    return [left.symbol] if isinstance(left, ast.NamedValueExpression) else []


def _indices(left: Any, read: Any) -> None:
    """What stands in the brackets of a target is read."""
    if isinstance(left, ast.ConcatenationExpression):
        for operand in left.operands:
            _indices(operand, read)
    elif isinstance(left, ast.ElementSelectExpression):
        left.selector.visit(read)
        _indices(left.value, read)
    elif isinstance(left, ast.RangeSelectExpression):
        left.left.visit(read)
        left.right.visit(read)
        _indices(left.value, read)
