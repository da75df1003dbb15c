"""A design's text as other tools may get it, and what it declares: read by slang, inside the box only.

What goes on to synthesis or simulation is the *plain* text: macros expanded, comments, directives and
attributes gone. So no two tools can expand a macro differently; and attributes and comment pragmas,
which change what synthesis sees and not what simulation does ((* init = 1 *) gives a register a value
that it does not have), cannot make a text equal to something that it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import pyslang
from pyslang import ast, parsing, syntax

from rtlglot.records import Json
from rtlglot.verilog.interface import Port

VERSIONS = {"sv2017": "1800-2017", "v2005": "1364-2005", "v2001": "1364-2005"}
"""Language standards of rtlglot to those of slang, which has nothing older."""

DEPTH = 512
"""Most nesting of expressions and blocks."""

_FLAGS = (
    ast.CompilationFlags.AllowUseBeforeDeclare
    | ast.CompilationFlags.RelaxEnumConversions
    | ast.CompilationFlags.RelaxStringConversions
    | ast.CompilationFlags.AllowMergingAnsiPorts
)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one place of a text."""

    code: str
    message: str
    line: int


Look = Callable[[Any, Any], tuple[Remark, ...]]
"""Looks through an elaborated top instance (with slang's source manager) for something to remark."""


@dataclass(frozen=True, slots=True)
class Top:
    """A module that no other one instantiates."""

    name: str
    ports: tuple[Port, ...]
    odd: str = ""
    """What about its ports is beyond a comparison bit by bit, in words; '' where nothing is."""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One text, as far as slang understands it."""

    plain: str
    version: str
    """The language it was read as, in slang's words."""
    tops: tuple[Top, ...] = ()
    problems: tuple[dict[str, Json], ...] = field(default=())
    """Errors: code, message, line, column. A text with any is not compared."""

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return asdict(self)


def read_source(text: str, standard: str, look: Look | None = None) -> Source:
    """Read a text by the given standard; where that fails, by the other one (names like `logic`
    or `bit` are keywords in one and identifiers in the other)."""
    first = VERSIONS.get(standard, standard)
    found = _read(text, first, look)
    if found.problems:
        other = _read(text, "1364-2005" if first != "1364-2005" else "1800-2017", look)
        if not other.problems:
            return other
    return found


def _read(text: str, version: str, look: Look | None) -> Source:
    sources = pyslang.SourceManager()
    options = slang_options(version, _FLAGS, DEPTH)
    try:
        tree = syntax.SyntaxTree.fromText(text, sources, "design.sv", "design.sv", options)
    except RuntimeError:
        # slang's way of saying that something nests deeper than it may
        problem = {
            "code": "TooDeep",
            "message": f"nested more than {DEPTH} deep",
            "line": None,
            "column": None,
        }
        return Source(plain="", version=version, problems=(problem,))
    compilation = ast.Compilation(options)
    compilation.addSyntaxTree(tree)
    instances = compilation.getRoot().topInstances
    problems = _problems(compilation, sources)
    if problems:
        return Source(plain="", version=version, problems=problems)
    tops = tuple(_top(instance, sources, look) for instance in instances)
    return Source(plain=plain_text(tree, sources), version=version, tops=tops)


def slang_options(version: str, flags: Any, depth: int | None = None) -> Any:
    """slang's options: the language, and limits that hostile text runs into.

    `version` is '1800-2017' or '1364-2005'; `depth` the most nesting, where slang's own is too much.
    """
    language = {
        "1800-2017": pyslang.LanguageVersion.v1800_2017,
        "1364-2005": pyslang.LanguageVersion.v1364_2005,
    }[version]
    lexer, reader, preprocessor = (
        parsing.LexerOptions(),
        parsing.ParserOptions(),
        parsing.PreprocessorOptions(),
    )
    lexer.languageVersion = reader.languageVersion = preprocessor.languageVersion = language
    preprocessor.maxIncludeDepth = 0
    if depth is not None:
        reader.maxRecursionDepth = depth
    whole = ast.CompilationOptions()
    whole.languageVersion = language
    whole.flags = flags
    whole.maxInstanceDepth = 32
    whole.maxGenerateSteps = 20_000
    whole.maxConstexprSteps = 200_000
    whole.maxConstantSize = 1 << 20
    return pyslang.Bag([lexer, reader, preprocessor, whole])


def _problems(compilation: Any, sources: Any) -> tuple[dict[str, Json], ...]:
    engine = pyslang.DiagnosticEngine(sources)
    found = []
    for diagnostic in compilation.getAllDiagnostics():
        if diagnostic.isError():
            found.append(
                {
                    "code": str(diagnostic.code).removeprefix("DiagCode(").removesuffix(")"),
                    "message": engine.formatMessage(diagnostic),
                    "line": sources.getLineNumber(diagnostic.location),
                    "column": sources.getColumnNumber(diagnostic.location),
                }
            )
    return tuple(found[:20])


def _top(instance: Any, sources: Any, look: Look | None) -> Top:
    ports, odd = [], ""
    for symbol in instance.body.portList:
        if not isinstance(symbol, ast.PortSymbol):
            odd = odd or f"port {symbol.name} is no plain port"
            continue
        kind = symbol.type
        if not kind.isIntegral:
            odd = odd or f"port {symbol.name} has the type {kind}"
            continue
        direction = {"In": "input", "Out": "output"}.get(symbol.direction.name, "inout")
        ports.append(Port(symbol.name, direction, kind.bitWidth))
    remarks = look(instance, sources) if look else ()
    return Top(instance.definition.name, tuple(ports), odd, remarks)


def plain_text(tree: Any, sources: Any) -> str:
    """The text as synthesis may see it: what the preprocessor leaves, without attributes."""
    printer = syntax.SyntaxPrinter(sources)
    printer.setIncludeComments(False).setIncludeDirectives(False)
    printer.setIncludeSkipped(False).setExpandMacros(True).print(tree)
    return blank(printer.str(), _is_attribute)


def latches_allowed(plain: str) -> str:
    """The text with each always_comb as always @(*), in which both front ends of yosys make an
    incomplete assignment a latch (from always_comb one makes a loop, the other an error)."""
    return blank(plain, _is_always_comb, "always @(*)")


def blank(text: str, chosen: Any, filling: str = "") -> str:
    """The text with every chosen token or node replaced: by `filling`, else by spaces."""
    sources = pyslang.SourceManager()
    tree = syntax.SyntaxTree.fromText(text, sources, "plain.sv")
    spans = []

    def see(node: Any) -> None:
        if chosen(node):
            range_ = node.range if isinstance(node, parsing.Token) else node.sourceRange
            spans.append((range_.start.offset, range_.end.offset))

    tree.root.visit(see)
    data = bytearray(text.encode())
    for start, end in sorted(spans, reverse=True):
        data[start:end] = filling.encode() if filling else b" " * (end - start)
    return data.decode()


def _is_attribute(node: Any) -> bool:
    return not isinstance(node, parsing.Token) and node.kind == syntax.SyntaxKind.AttributeInstance


def _is_always_comb(node: Any) -> bool:
    return isinstance(node, parsing.Token) and node.kind == parsing.TokenKind.AlwaysCombKeyword
