"""What a text declares and what it does not, seen in slang's tree of it: inside the box only."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from pyslang import ast, parsing, syntax

_Kind = syntax.SyntaxKind
_PARTS = frozenset({_Kind.ClassDeclaration, _Kind.InterfaceDeclaration, _Kind.PackageDeclaration})
"""What modules of other files use."""
_BRANCHES = frozenset({_Kind.IfDefDirective, _Kind.ElsIfDirective})
"""What is only read where a macro is defined."""
_HUGE_PORT = 1 << 16
"""Bits of a port that no design has, unless the text of a parameter is taken for its width."""

_MACRO_USE = re.compile(rb"`([A-Za-z_]\w*)")
_DIRECTIVES = """begin_keywords celldefine default_nettype define else elsif end_keywords endcelldefine endif
    ifdef ifndef include line nounconnected_drive pragma resetall timescale unconnected_drive undef""".split()


def may_be_macro(text: bytes, offset: int) -> bool:
    """Whether an unknown directive may be a macro of another file: neither a misspelt directive nor the base
    of a number (8`hFF)."""
    use = _MACRO_USE.match(text, offset)
    if use is None or text[max(0, offset - 1) : offset].isalnum():
        return False
    return not difflib.get_close_matches(use[1].decode(), _DIRECTIVES, 1, 0.75)


def only_parts(root: Any, text: bytes) -> str:
    """What a text without a module has for those of other files, in words; '' where it has nothing."""
    members = root.members if root.kind == _Kind.CompilationUnit else [root]
    kinds = {member.kind for member in members} - {_Kind.EmptyMember}
    if not kinds.isdisjoint({_Kind.ModuleDeclaration, _Kind.ProgramDeclaration}):
        return ""
    if macro := _choosing(root):
        return f"every module is in a branch that nothing chooses: define the macro '{macro}' in the text"
    if kinds & _PARTS or (not kinds and b"`define" in text):
        return "there is no module in the text, only what modules elsewhere may use"
    return ""


def _choosing(root: Any) -> str:
    """The macro whose branch, which is not taken, has a module; '' where there is none."""
    for trivia in root.getLastToken().trivia:
        directive: Any = trivia.syntax() if trivia.kind.name == "Directive" else None
        if getattr(directive, "kind", None) in _BRANCHES and any(
            token.kind.name == "ModuleKeyword" for token in directive.disabledTokens
        ):
            return str(directive.expr).strip()[:80]
    return ""


def recursive_tops(root: Any) -> list[str]:
    """Modules that only they themselves instantiate, the last one first."""
    users: dict[str, set[str]] = defaultdict(set)
    modules = _nodes(root, _Kind.ModuleDeclaration)
    for module in modules:
        for instance in _nodes(module, _Kind.HierarchyInstantiation):
            users[_text(instance.type)].add(_name(module))
    names = [_name(module) for module in reversed(modules)]
    return [name for name in names if users[name] == {name}]


def unset(compilation: Any) -> list[str]:
    """Modules of which only an instance can say what they are: a parameter has no default, or a text
    that is no width stands in for it."""
    tops = compilation.getRoot().topInstances
    names = {top.name for top in tops}
    found = [top.name for top in tops if _has_text_for_a_width(top.body)]
    for definition in compilation.getDefinitions():
        if not isinstance(definition, ast.DefinitionSymbol) or definition.instanceCount:
            continue
        if definition.name not in names:
            header: Any = getattr(definition.syntax, "header", None)
            parameters = getattr(header, "parameters", None)
            if parameters is not None and any(_has_no_default(one) for one in parameters.declarations):
                found.append(definition.name)
    return found


def _has_text_for_a_width(body: Any) -> bool:
    texts = {
        parameter.name: str(parameter.declaredType.initializerSyntax)
        for parameter in body.parameters
        if parameter.declaredType is not None
        and parameter.declaredType.initializerSyntax is not None
        and parameter.declaredType.initializerSyntax.kind == _Kind.StringLiteralExpression
    }
    if not texts:
        return False
    # an empty one says that an instance has to set it
    empty = {name for name, text in texts.items() if text.strip() == '""'}
    widths = _nodes(body.definition.syntax, _Kind.VariableDimension) if empty else []
    ports = (port for port in body.portList if isinstance(port, ast.PortSymbol))
    named = {_text(name.identifier) for width in widths for name in _nodes(width, _Kind.IdentifierName)}
    return not empty.isdisjoint(named) or any(
        port.type.isError or (port.type.isIntegral and port.type.bitWidth > _HUGE_PORT) for port in ports
    )


def _has_no_default(declaration: Any) -> bool:
    declarators = getattr(declaration, "declarators", ())
    return any(getattr(one, "initializer", 0) is None for one in declarators if not _is_token(one))


def undeclared_types(root: Any) -> dict[int, bool]:
    """Where names of types stand (bytes from the start), and whether it must be an interface's: that of a
    port without a direction."""
    return {
        node.sourceRange.start.offset: node.parent.kind == _Kind.VariablePortHeader
        and not _text(node.parent.direction)
        for node in _nodes(root, _Kind.NamedType)
    }


def starting_ports(root: Any) -> list[range]:
    """Where the start values of ports stand (bytes from the start). slang takes only constants there, as
    the language does (IEEE 1800-2017 23.2.2.2); simulators take what they take in any declaration."""
    return [
        range(place.start.offset, place.end.offset)
        for port in _nodes(root, _Kind.ImplicitAnsiPort)
        if port.declarator.initializer is not None
        for place in [port.declarator.initializer.expr.sourceRange]
    ]


def contradicting_ports(root: Any) -> Iterator[tuple[int, str]]:
    """Place (bytes from the start) and description of each port of one bit whose declaration as a net or
    variable has a range (IEEE 1364-2005 12.3.3: they are the same). slang tells of the other ones."""
    # a visit of every token would cost more than all the rest of a reading
    for module in getattr(root, "members", [root]) if root.kind == _Kind.CompilationUnit else [root]:
        if module.kind == _Kind.ModuleDeclaration:
            yield from _contradictions(module.members)


def _contradictions(members: Any) -> Iterator[tuple[int, str]]:
    single: set[str] = set()
    for member in members:
        port = member.kind == _Kind.PortDeclaration
        if not port and (not single or member.kind not in (_Kind.DataDeclaration, _Kind.NetDeclaration)):
            continue
        declared: Any = getattr(member.header, "dataType", None) if port else member.type
        dimensions = getattr(declared, "dimensions", None)
        if dimensions is None or (port and len(dimensions)) or not (port or len(dimensions)):
            continue
        for one in (one for one in member.declarators if not _is_token(one)):
            name = _text(one.name)
            if port:
                single.add(name)
            elif name in single:
                message = f"the port '{name}' has no range, its declaration has one: write the same twice"
                yield one.name.location.offset, message


def _is_token(node: Any) -> bool:
    return isinstance(node, parsing.Token)


def _name(module: Any) -> str:
    return _text(module.header.name)


def _text(token: Any) -> str:
    return str(token.valueText)


def _nodes(root: Any, kind: Any) -> list[Any]:
    found: list[Any] = []
    see: Callable[[Any], None] = lambda node: (  # noqa: E731
        found.append(node) if not _is_token(node) and node.kind == kind else None
    )
    root.visit(see)
    return found
