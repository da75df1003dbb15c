"""Tool of the box: what of the language a design uses that a synthesiser may not know, by name and line.

Asked only where a synthesiser has refused a text that slang finds in order, to say what it stumbled over.
"""

from __future__ import annotations

from typing import Any

import pyslang
from pyslang import ast, syntax

from rtlglot.records import Json
from rtlglot.tools.slang.options import VERSIONS, slang_options

_STATEMENTS = {
    "Disable": ("disable", True),
    "DoWhileLoop": ("a do-while loop", True),
    "EventTrigger": ("an event", True),
    "ForeverLoop": ("a forever loop", False),
    "PatternCase": ("a case of patterns", True),
    "ProceduralAssign": ("force or assign in a process", False),
    "RandCase": ("randcase", False),
    "RandSequence": ("randsequence", False),
    "Timed": ("a wait for time or an event inside a process", True),
    "Wait": ("wait", False),
    "WaitFork": ("wait", False),
}
"""What a statement is called, and whether hardware can do it."""
_NETS = frozenset({"tri0", "tri1", "triand", "trior", "trireg", "wand", "wor"})
_GATES = ("pull", "tran", "nmos", "pmos", "cmos", "bufif", "notif")
_TYPES = {
    "AssociativeArrayType": "an associative array",
    "CHandleType": "a chandle",
    "ClassType": "a class",
    "DynamicArrayType": "a dynamic array",
    "FloatingType": "a real number",
    "QueueType": "a queue",
    "StringType": "a string",
}
"""Types that no hardware has."""
_SYMBOLS = {
    "CheckerInstance": "a checker",
    "ClockingBlock": "a clocking block",
    "CovergroupType": "a covergroup",
    "NetAlias": "an alias of nets",
    "Sequence": "a sequence of an assertion",
}
"""What a member of a module is called; hardware can do it, or it asks for none."""
_RANDOM = frozenset({"$random", "$urandom", "$urandom_range"})
_BUILT = frozenset(
    "$bits $clog2 $countones $dimensions $high $increment $left $low $onehot $onehot0 $right $signed $size"
    " $unpacked_dimensions $unsigned".split()
)
"""What every synthesiser makes of a signal or a type."""
_ENUM_METHODS = frozenset({"first", "last", "name", "next", "num", "prev"})
_INITIAL = ast.ProceduralBlockKind.Initial
_LENIENT = ast.CompilationFlags.AllowUseBeforeDeclare


def beyond(arguments: Json) -> Json:
    """``{"text", "standard", "top"?}`` to ``[[name, line, hardware]]`` in the order of the lines: each
    construct once, `hardware` being false for what none can do."""
    sources = pyslang.SourceManager()
    options = slang_options(VERSIONS[arguments["standard"]], _LENIENT, top=arguments.get("top"))
    compilation = ast.Compilation(options)
    compilation.addSyntaxTree(
        syntax.SyntaxTree.fromText(arguments["text"], sources, "design.sv", "", options)
    )
    found: dict[str, tuple[int, bool]] = {}

    def note(name: str, hardware: bool, location: Any) -> None:  # noqa: FBT001
        line = int(sources.getLineNumber(sources.getFullyExpandedLoc(location)))
        if line and (name not in found or line < found[name][0]):
            found[name] = line, hardware

    outermost: set[Any] = set()

    def see(node: Any) -> None:
        if isinstance(node, ast.Statement):
            _see_statement(node, outermost, note)
        elif isinstance(node, ast.CallExpression):
            _see_call(node, note)
        elif isinstance(node, ast.ProceduralBlockSymbol):
            outermost.add(node.body)
            _see_edges(node, note)
        elif isinstance(node, ast.Symbol):
            _see_symbol(node, at_work, note)

    tops = compilation.getRoot().topInstances
    at_work = _at_work(tops)
    for top in tops:
        top.visit(see)
    return [[name, line, hardware] for name, (line, hardware) in sorted(found.items(), key=lambda x: x[1])]


def _see_statement(node: Any, outermost: set[Any], note: Any) -> None:
    kind = node.kind.name
    if kind == "Timed" and (node in outermost or node.timing.kind.name in ("Delay", "Delay3")):
        return
    if kind == "Block" and node.blockKind.name != "Sequential":
        note("fork", False, node.sourceRange.start)
    elif kind in _STATEMENTS:
        note(*_STATEMENTS[kind], node.sourceRange.start)


def _see_edges(process: Any, note: Any) -> None:
    """A process that waits for both edges of a signal: no flip-flop does."""
    timing = getattr(process.body, "timing", None)
    edges: dict[str, set[str]] = {}
    for event in getattr(timing, "events", [timing]):
        if isinstance(event, ast.SignalEventControl):
            edges.setdefault(str(event.expr.syntax).strip(), set()).add(event.edge.name)
    for name, kinds in edges.items():
        if "BothEdges" in kinds or {"PosEdge", "NegEdge"} <= kinds:
            note(f"a process at both edges of {name[:80]}", True, process.location)


def _see_call(node: Any, note: Any) -> None:
    name = str(node.subroutineName)
    if name in _RANDOM:
        note(f"a random number ({name})", False, node.sourceRange.start)
    elif node.isSystemCall and name in _ENUM_METHODS:
        note(f"the enum method {name}()", True, node.sourceRange.start)
    elif node.isSystemCall and name.startswith("$") and name not in _BUILT:
        note(f"the system call {name}", True, node.sourceRange.start)


def _at_work(tops: Any) -> set[Any]:
    """The symbols that something reads or writes besides initial blocks."""
    found: set[Any] = set()

    def see(node: Any) -> Any:
        if isinstance(node, ast.NamedValueExpression):
            found.add(node.symbol)
        elif isinstance(node, ast.ProceduralBlockSymbol) and node.procedureKind == _INITIAL:
            return ast.VisitAction.Skip
        return ast.VisitAction.Advance

    for top in tops:
        top.visit(see)
    return found


def _see_symbol(node: Any, at_work: set[Any], note: Any) -> None:
    if node.kind.name in _SYMBOLS:
        note(_SYMBOLS[node.kind.name], True, node.location)
    elif isinstance(node, ast.PrimitiveInstanceSymbol):
        name = str(node.primitiveType.name)
        if node.primitiveType.syntax is not None:
            note(f"the user-defined primitive {name}", True, node.location)
        elif any(part in name for part in _GATES):
            note(f"the gate {name}", True, node.location)
    elif isinstance(node, ast.NetSymbol):
        if node.netType.name in _NETS or not node.netType.isBuiltIn:
            note(f"the net type {node.netType.name}", True, node.location)
    elif isinstance(node, ast.VariableSymbol):
        _see_variable(node, at_work, note)
    elif isinstance(node, ast.MultiPortSymbol) or (
        isinstance(node, ast.PortSymbol) and node.internalSymbol is None
    ):
        note("an expression as a port", True, node.location)


def _see_variable(node: Any, at_work: set[Any], note: Any) -> None:
    kind = type(node.type.canonicalType).__name__
    if kind == "FloatingType" and node not in at_work:
        # it may make constants, which hardware can hold
        note("a real number in an initial block", True, node.location)
    elif kind in _TYPES:
        note(_TYPES[kind], False, node.location)
