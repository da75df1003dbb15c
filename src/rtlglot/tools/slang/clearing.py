"""Memories that a loop of a process writes word by word, as a reset does. Inside the box only.

Each word is a write of its own then, and a memory of n writes takes n * n bits to say which one wins: such
a memory is registers to a synthesiser, and is better read as them.
"""

from __future__ import annotations

import re
from typing import Any

from pyslang import ast

_LOOP = re.compile(rb"\b(?:for|foreach|while|repeat|do)\b")
_PROCESS = re.compile(rb"always|`")
"""Or a macro, which may paste one together."""
_LOOPS = (
    ast.ForLoopStatement,
    ast.ForeachLoopStatement,
    ast.WhileLoopStatement,
    ast.RepeatLoopStatement,
    ast.DoWhileLoopStatement,
)
_CLOCKED = (ast.ProceduralBlockKind.Always, ast.ProceduralBlockKind.AlwaysFF)
_NO_SYMBOLS = (ast.ProceduralBlockSymbol, ast.ContinuousAssignSymbol)


def cleared_words(data: bytes, tops: list[Any]) -> int:
    """Words of the largest memory that is written in a loop of a clocked process; 0 where there is none.

    `data` is the text of the designs `tops`, elaborated."""
    if not _LOOP.search(data) or not _PROCESS.search(data):
        return 0
    walk = _Walk()
    for top in tops:
        top.visit(walk.declared)
    return max(map(walk.written, walk.processes), default=0) if walk.words else 0


class _Walk:
    def __init__(self) -> None:
        self.words: dict[Any, int] = {}
        self.processes: list[Any] = []

    def declared(self, node: Any) -> Any:
        if isinstance(node, ast.ProceduralBlockSymbol) and node.procedureKind in _CLOCKED:
            self.processes.append(node)
        elif isinstance(node, ast.VariableSymbol) and node.type.isUnpackedArray:
            self.words[node] = _words(node.type)
        return ast.VisitAction.Skip if isinstance(node, _NO_SYMBOLS) else ast.VisitAction.Advance

    def written(self, process: Any) -> int:
        found = [0]

        def assigned(node: Any) -> None:
            if isinstance(node, ast.AssignmentExpression):
                target = node.left
                while isinstance(target, ast.ElementSelectExpression):
                    target = target.value
                if isinstance(target, ast.NamedValueExpression):
                    found.append(self.words.get(target.symbol, 0))

        def looped(node: Any) -> Any:
            if not isinstance(node, _LOOPS):
                return ast.VisitAction.Advance
            node.body.visit(assigned)
            return ast.VisitAction.Skip

        process.visit(looped)
        return max(found)


def _words(kind: Any) -> int:
    words = 1
    while isinstance(kind.canonicalType, ast.FixedSizeUnpackedArrayType):
        words *= kind.canonicalType.range.width
        kind = kind.canonicalType.elementType
    return words
