"""Tool of the box: the interface of a text's modules, as slang elaborates it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyslang
from pyslang import ast, syntax

from rtlglot.records import Json
from rtlglot.tools.slang.options import slang_options
from rtlglot.verilog.interface import ModuleInterface, Parameter, Port
from rtlglot.verilog.tokens import Kind, code_tokens

_DIRECTIONS = {"In": "input", "Out": "output", "InOut": "inout", "Ref": "ref"}
_MOST_SIGNALS = 4000
_FLAGS = ast.CompilationFlags.AllowUseBeforeDeclare | ast.CompilationFlags.RelaxEnumConversions
_HARMLESS = frozenset({"UnknownModule", "UnknownInterface", "ErrorTask", "StaticAssert"})
"""Errors after which the ports of the module are still what they are."""


def interface(arguments: Json) -> Json:
    """``{"text", "standard", "top"?}`` to ``{"top", "modules", "signals", "problems", "missing"}``.

    `top` is the interface of the module named so, else of the last top with ports (null where there
    is none), `modules` those of all instantiated modules, `signals` the packed bounds of
    what the top declares, `missing` the modules that the text uses and does not have.
    """
    text, version = arguments["text"], "1364-2005" if arguments["standard"] != "sv2017" else "1800-2017"
    found = _elaborate(text, version, arguments.get("top"))
    if found["problems"]:
        # names such as `logic` are keywords in one language and identifiers in the other
        other = _elaborate(text, "1800-2017" if version == "1364-2005" else "1364-2005", arguments.get("top"))
        return found if other["problems"] else other
    return found


def warm() -> None:
    """Elaborate something small, so that children find the library loaded and initialised."""
    interface({"text": "module m(input a, output b); assign b = a; endmodule", "standard": "sv2017"})


def _elaborate(text: str, version: str, wanted: str | None) -> dict[str, Json]:
    sources = pyslang.SourceManager()
    bag = slang_options(version, _FLAGS)
    tree = syntax.SyntaxTree.fromText(text, sources, "design.sv", "design.sv", bag)
    compilation = ast.Compilation(bag)
    compilation.addSyntaxTree(tree)
    tops = list(compilation.getRoot().topInstances)
    problems, missing = _problems(compilation, sources)
    modules = {body.definition.name: body for top in tops for body in _bodies(top)}
    chosen = next((top for top in tops if top.name == wanted), modules.get(wanted or ""))
    chosen = chosen if chosen is not None else _last_with_ports(tops)
    return {
        "top": _interface(chosen).to_json() if chosen is not None else None,
        "modules": [_interface(instance).to_json() for instance in modules.values()],
        "signals": _signals(chosen) if chosen is not None else {},
        "problems": problems,
        "missing": missing,
    }


def _last_with_ports(tops: list[Any]) -> Any:
    return next((top for top in reversed(tops) if len(top.body.portList)), tops[-1] if tops else None)


def _bodies(instance: Any) -> Iterator[Any]:
    """An instance and those below it, one of each definition's first appearance at least."""
    found: list[Any] = []
    instance.visit(lambda node: found.append(node) if isinstance(node, ast.InstanceSymbol) else None)
    return iter([node for node in found if node.isModule])


def _problems(compilation: Any, sources: Any) -> tuple[list[Json], list[str]]:
    engine = pyslang.DiagnosticEngine(sources)
    problems: list[Json] = []
    missing: list[str] = []
    for diagnostic in compilation.getAllDiagnostics():
        code = str(diagnostic.code).removeprefix("DiagCode(").removesuffix(")")
        if code == "UnknownModule":
            missing.append(str(diagnostic.args[0]))
        if diagnostic.isError() and code not in _HARMLESS:
            line = sources.getLineNumber(diagnostic.location)
            problems.append({"code": code, "message": engine.formatMessage(diagnostic), "line": line})
    return problems[:10], sorted(set(missing))


def _interface(instance: Any) -> ModuleInterface:
    body = instance.body
    parametric = {p.name for p in body.parameters}
    return ModuleInterface(
        module=instance.definition.name,
        ports=tuple(_port(symbol, parametric) for symbol in body.portList),
        parameters=tuple(
            Parameter(p.name, _value(p))
            for p in body.parameters
            if not p.isLocalParam and hasattr(p, "value")
        ),
    )


def _port(symbol: Any, parametric: set[str]) -> Port:
    if not isinstance(symbol, ast.PortSymbol):
        return Port(symbol.name, "interface", None)
    kind, direction = symbol.type, _DIRECTIONS[symbol.direction.name]
    depends = not parametric.isdisjoint(_words(symbol))
    if not kind.isIntegral:
        return Port(symbol.name, direction, None, parametric=depends)
    left, right = _bounds(kind)
    return Port(symbol.name, direction, kind.bitWidth, left, right, bool(kind.isSigned), depends)


def _bounds(kind: Any) -> tuple[int | None, int | None]:
    """The bounds of a type with one packed dimension over single bits."""
    kind = kind.canonicalType
    if isinstance(kind, ast.PackedArrayType) and kind.elementType.bitWidth == 1:
        return kind.range.left, kind.range.right
    return None, None


def _words(symbol: Any) -> Iterator[str]:
    """The identifiers in the declarations that give a port its type."""
    inner = symbol.internalSymbol
    for declared in (symbol, inner):
        declarator = getattr(declared, "syntax", None)
        holder = declarator.parent if declarator is not None else None
        if holder is not None:
            text = str(holder)[:2000]
            yield from (t.text for t in code_tokens(text) if t.kind in (Kind.NAME, Kind.ESCAPED))


def _value(parameter: Any) -> str:
    """A parameter's default; a number where it is one of known bits."""
    value = str(parameter.value)
    try:
        return str(int(parameter.value.value))
    except (TypeError, ValueError, AttributeError):
        return value


def _signals(top: Any) -> dict[str, Json]:
    """Name to packed bounds, or to a width, of what the top module declares beside its ports."""
    found: dict[str, Json] = {}
    for symbol in top.body:
        if not isinstance(symbol, ast.NetSymbol | ast.VariableSymbol) or len(found) >= _MOST_SIGNALS:
            continue
        kind = symbol.type
        if kind.isIntegral:
            left, right = _bounds(kind)
            found[symbol.name] = [kind.bitWidth, left, right]
    return found
