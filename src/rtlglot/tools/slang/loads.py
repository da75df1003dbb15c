"""Arrays that a design fills from files at its start, seen in slang's elaborated tree; inside the box only.

Nobody here has the files. Two arrays of the same shape that the same call fills from the same file hold the
same, whatever that is; where a text does more at its start than such a call, nothing is known.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyslang
from pyslang import ast, syntax

from rtlglot.tools.slang.options import slang_options
from rtlglot.verilog.system_tasks import LOADING


def file_loads(text: str, version: str, top: str) -> dict[str, str] | None:
    """Each such array, by its path below the top, and what fills it: task, file, addresses and the array's
    shape in one string. None where an array may hold something else (filled twice, under a condition that
    is no constant, after a wait, set or read by the text at its start as well)."""
    if not any(task in text for task in LOADING):
        return {}
    options = slang_options(version, ast.CompilationFlags.AllowUseBeforeDeclare, top=top)
    compilation = ast.Compilation(options)
    compilation.addSyntaxTree(
        syntax.SyntaxTree.fromText(text, pyslang.SourceManager(), "design.sv", "", options)
    )
    walk = _Walk()
    compilation.getRoot().visit(walk.see)
    return walk.found()


class _Walk:
    """Down through a design."""

    def __init__(self) -> None:
        self._calls = 0
        self._understood = 0
        self._block: Any = None
        self._loads: list[tuple[Any, str]] = []
        self._at_start: Counter[Any] = Counter()
        """How often a variable is named by an initial block, by a start value, or by what one may call."""

    def see(self, node: Any) -> Any:
        if isinstance(node, ast.GenerateBlockSymbol) and node.isUninstantiated:
            return ast.VisitAction.Skip  # slang shows what is not there, too
        self._calls += _loads(node)
        if isinstance(node, ast.ProceduralBlockSymbol) and node.procedureKind.name == "Initial":
            node.body.visit(self._name)
            self._block = node
            self._follow(node.body)
        elif isinstance(node, ast.SubroutineSymbol):
            node.visit(self._name)
        elif isinstance(node, ast.VariableSymbol) and node.initializer is not None:
            node.initializer.visit(self._name)
        return ast.VisitAction.Advance

    def _name(self, node: Any) -> None:
        if isinstance(node, ast.NamedValueExpression | ast.HierarchicalValueExpression):
            self._at_start[node.symbol] += 1

    def _follow(self, statement: Any) -> None:
        """Into blocks and the branches that constants choose, no further."""
        if isinstance(statement, ast.BlockStatement) and statement.blockKind.name == "Sequential":
            self._follow(statement.body)
        elif isinstance(statement, ast.StatementList):
            for part in statement.list:
                self._follow(part)
        elif isinstance(statement, ast.ConditionalStatement) and len(statement.conditions) == 1:
            chosen = self._value(statement.conditions[0].expr)
            if chosen is not None:
                taken, left = (
                    (statement.ifTrue, statement.ifFalse) if chosen else (statement.ifFalse, statement.ifTrue)
                )
                self._understood += _count(left)
                self._follow(taken)
        elif isinstance(statement, ast.ExpressionStatement) and _loads(statement.expr):
            self._load(statement.expr)

    def _load(self, call: Any) -> None:
        file, array, *addresses = call.arguments
        values = [self._value(file), *map(self._value, addresses)]
        array = array.left if isinstance(array, ast.AssignmentExpression) else array
        if None in values or not isinstance(array, ast.NamedValueExpression):
            return
        kind = array.symbol.type.canonicalType
        if isinstance(kind, ast.FixedSizeUnpackedArrayType) and kind.elementType.isIntegral:
            shape = f"[{kind.elementType.bitWidth}] [{kind.range.left}:{kind.range.right}]"
            said = " ".join(map(str, (call.subroutineName, *values, shape)))
            self._loads.append((array.symbol, said))
            self._understood += 1

    def _value(self, expression: Any) -> Any:
        """Of a constant; None for what is none."""
        value = expression.eval(ast.EvalContext(self._block)).value
        if isinstance(value, pyslang.SVInt) and value.hasUnknown:
            return None
        return value if isinstance(value, str | pyslang.SVInt) else None

    def found(self) -> dict[str, str] | None:
        """What `file_loads` says."""
        alone = all(self._at_start[symbol] == 1 and symbol.initializer is None for symbol, _ in self._loads)
        if self._calls != self._understood or not alone:
            return None
        return {str(symbol.hierarchicalPath).partition(".")[2]: said for symbol, said in self._loads}


def _loads(node: Any) -> bool:
    return isinstance(node, ast.CallExpression) and str(node.subroutineName) in LOADING


def _count(node: Any) -> int:
    calls = 0

    def see(inner: Any) -> None:
        nonlocal calls
        calls += _loads(inner)

    if node is not None:
        node.visit(see)
    return calls
