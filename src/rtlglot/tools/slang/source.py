"""A design's text as other tools may get it, and what it declares: read by slang, inside the box only.

What goes on to a proof is the *plain* text (see `plain`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pyslang
from pyslang import ast, syntax

from rtlglot.records import Json
from rtlglot.tools.slang.declared import starting_ports
from rtlglot.tools.slang.options import DEPTH, VERSIONS, slang_options
from rtlglot.tools.slang.plain import elsewhere, plain_text
from rtlglot.tools.slang.tops import Remark, Top
from rtlglot.tools.slang.wording import INCLUDE, SIGNAL_AS_START, included
from rtlglot.verilog.interface import Port
from rtlglot.verilog.units import units

_FLAGS = (
    ast.CompilationFlags.AllowUseBeforeDeclare
    | ast.CompilationFlags.RelaxEnumConversions
    | ast.CompilationFlags.RelaxStringConversions
    | ast.CompilationFlags.AllowMergingAnsiPorts
)


Look = Callable[[Any, Any], tuple[Remark, ...]]
"""Looks through an elaborated top instance (with slang's source manager) for something to remark."""


@dataclass(frozen=True, slots=True)
class Source:
    """One text, as far as slang understands it."""

    plain: str
    version: str
    """The language it was read as, in slang's words."""
    tops: tuple[Top, ...] = ()
    problems: tuple[dict[str, Json], ...] = field(default=())
    """Errors: code, message, line, column. A text with any is not compared."""
    unknown: tuple[str, ...] = ()
    """Modules that the text instantiates and lacks: black boxes."""
    macros: tuple[str, ...] = ()
    """Macros that others must define and that decide what the design is (see `elsewhere`)."""
    alternatives: Mapping[str, str] = field(default_factory=dict)
    """What it is where some of them are defined."""

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return asdict(self)


def read_source(text: str, standard: str, look: Look | None = None, *, top: str | None = None) -> Source:
    """Read a text by the given standard; where that fails, by the other one (names like `logic`
    or `bit` are keywords in one and identifiers in the other). `top` is elaborated where the text has it."""
    first = VERSIONS.get(standard, standard)
    found = _read(text, first, look, top)
    if found.problems:
        other = _read(text, "1364-2005" if first != "1364-2005" else "1800-2017", look, top)
        if not other.problems:
            return other
    return found


def _read(text: str, version: str, look: Look | None, top: str | None) -> Source:
    sources = pyslang.SourceManager()
    named = top if top in {unit.name for unit in units(text)} else None
    options = slang_options(version, _FLAGS, top=named)
    try:
        tree = syntax.SyntaxTree.fromText(text, sources, "design.sv", "design.sv", options)
    except RuntimeError:
        # slang's way of saying that something nests deeper than it may
        return _refused(version, "TooDeep", f"nested more than {DEPTH} deep")
    compilation = ast.Compilation(options)
    compilation.addSyntaxTree(tree)
    instances = compilation.getRoot().topInstances
    problems, unknown = _problems(compilation, sources, starting_ports(tree.root))
    if problems:
        told = tuple(_named(problem, text) for problem in problems)
        return Source(plain="", version=version, problems=told)
    tops = tuple(_top(instance, sources, look) for instance in instances)
    try:
        plain = plain_text(tree, version)
    except ValueError as error:
        return _refused(version, "Rewritten", str(error))
    return Source(plain, version, tops, (), unknown, *elsewhere(text, version, plain))


def _refused(version: str, code: str, message: str) -> Source:
    problem = {"code": code, "message": message, "line": None, "column": None}
    return Source(plain="", version=version, problems=(problem,))


def _problems(
    compilation: Any, sources: Any, forgiven: Sequence[range]
) -> tuple[tuple[dict[str, Json], ...], tuple[str, ...]]:
    """Errors, and the modules that are missing, which are none; nor are signals in the places where the
    language wants a constant and simulators do not."""
    engine = pyslang.DiagnosticEngine(sources)
    found, unknown = [], {}
    for diagnostic in compilation.getAllDiagnostics():
        code = str(diagnostic.code).removeprefix("DiagCode(").removesuffix(")")
        if code == "UnknownModule":
            unknown[str(diagnostic.args[0])] = True
        elif code == SIGNAL_AS_START and any(diagnostic.location.offset in place for place in forgiven):
            continue
        elif diagnostic.isError():
            found.append(
                {
                    "code": code,
                    "message": engine.formatMessage(diagnostic),
                    "line": sources.getLineNumber(diagnostic.location),
                    "column": sources.getColumnNumber(diagnostic.location),
                }
            )
    return tuple(found[:20]), tuple(unknown)


def _named(problem: dict[str, Json], text: str) -> dict[str, Json]:
    """With the name of a file that is included."""
    if problem["code"] != INCLUDE:
        return problem
    lines = text.encode("utf-8", "replace").splitlines()  # at a lone \r too, as slang counts
    number = int(problem["line"])
    file = included(b"".join(lines[number - 1 : number]), 0)
    return problem | {"message": f"{file} is not in the text"} if file else problem


def _top(instance: Any, sources: Any, look: Look | None) -> Top:
    ports, odd = [], ""
    for symbol in instance.body.portList:
        if not isinstance(symbol, ast.PortSymbol):
            odd = odd or f"port {symbol.name} is no plain port"
            continue
        kind, unpacked = symbol.type.canonicalType, ""
        while isinstance(kind, ast.FixedSizeUnpackedArrayType):
            unpacked += f"[{kind.range.left}:{kind.range.right}]"
            kind = kind.elementType.canonicalType
        if not kind.isIntegral:
            odd = odd or f"port {symbol.name} has the type {symbol.type}"
            continue
        direction = {"In": "input", "Out": "output"}.get(symbol.direction.name, "inout")
        width = int(symbol.type.bitstreamWidth)
        ports.append(Port(symbol.name, direction, width, unpacked=unpacked))
    remarks = look(instance, sources) if look else ()
    return Top(instance.definition.name, tuple(ports), odd, remarks)
