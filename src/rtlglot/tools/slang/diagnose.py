"""pyslang on one text: the tool that runs in the box for the checks `syntax` and `elaborate`.

One reading serves both: what the parser says and what elaboration and analysis say are kept apart.
Limits keep a text from making work without end; the box stops what gets through them.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyslang
from pyslang import analysis, ast, parsing, syntax

from rtlglot.records import Json
from rtlglot.tools.slang.clearing import cleared_words
from rtlglot.tools.slang.declared import (
    contradicting_ports,
    may_be_macro,
    only_parts,
    recursive_tops,
    starting_ports,
    undeclared_types,
    unset,
)
from rtlglot.tools.slang.drivers import conflicts
from rtlglot.tools.slang.options import DEPTH, VERSIONS, slang_options
from rtlglot.tools.slang.wording import (
    AS_ERROR,
    AS_WARNING,
    EASED,
    FORGIVEN,
    IGNORED,
    INCLUDE,
    MACRO_ELSEWHERE,
    PORT_START,
    SIGNAL_AS_START,
    UNDECLARED_SCOPE,
    UNDECLARED_TYPE,
    UNKNOWN,
    UNKNOWN_MACRO,
    included,
    plain,
)

MOST_FINDINGS = 40
MOST_WIDTH = 300
"""Characters of a message; names in it come from the text and may be as long as the text."""


class Said(NamedTuple):
    """One diagnostic."""

    severity: str
    code: str
    offset: int | None
    """Bytes from the start of the text."""
    message: str
    about: str = ""
    """The name that it is about."""


def warm() -> None:
    """Touch what every reading touches, so that forked children find it in memory."""
    read(
        {
            "text": "module m(input a, output reg b); always @(posedge a) b <= c; endmodule",
            "standard": "sv2017",
        }
    )
    read({"text": "module m(input a, output b); wire c = a; assign b = c; endmodule", "standard": "v2005"})


def read(arguments: Json) -> Json:
    """What slang says about `text` as a design of the language `standard`, its top being `top`, if given.

    `{"standard", "parse": findings, "design": findings, "modules": names, "tops": names, "unknown": names,
    "unset": names, "system": names, "parts": text}`, each finding as `[severity, code, line, column,
    message]`; `design` is None where only the parser was asked (`"parse_only": true`). `standard` is the
    language that the text turned out to be: one that only parses with SystemVerilog's keywords as names is
    'v2005'. `unknown` are what the text lacks, `unset` the modules whose parameters only an instance can
    set, `system` the system tasks after macros are expanded; `parts` says what a text without a module has
    for those of other files, `cleared` the words of the largest memory that a loop of a clocked process
    writes.
    """
    value = _read(arguments, arguments["standard"])
    if arguments["standard"] == "sv2017" and _has_error(value["parse"]):
        older = _read(arguments, "v2005")
        return value if _has_error(older["parse"]) else older
    return value


def _read(arguments: Json, standard: str) -> dict[str, Json]:
    data = arguments["text"].encode("utf-8", "replace")
    answer: dict[str, Json] = {"standard": standard, "parse": [], "design": None, "parts": "", "cleared": 0}
    answer |= {name: [] for name in ("modules", "tops", "unknown", "unset", "system")}
    sources = pyslang.SourceManager()
    bag = slang_options(VERSIONS[standard])
    try:
        tree = syntax.SyntaxTree.fromText(data.decode(), sources, "design.sv", "", bag)
    except RuntimeError:
        # slang gives up by an exception without a text where nesting exceeds its limit
        deep = Said("error", "TooDeep", None, f"expressions or blocks nest more than {DEPTH} deep")
        return answer | {"parse": _findings([deep], data)}
    text = _Text(tree, sources, pyslang.DiagnosticEngine(sources), VERSIONS[standard])
    parsed = _say(tree.diagnostics, text)
    answer["parts"] = only_parts(tree.root, data)
    answer["system"] = _system_names(tree.root) if _MACRO_CALL.search(data) else []
    if not arguments.get("parse_only"):
        said, found = _design(text, arguments.get("top"), data)
        answer |= found | {"design": _findings(said, data)}
    if answer["unknown"]:
        parsed = _with_macros(parsed, data)
    return answer | {"parse": _findings(parsed, data)}


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as slang has parsed it."""

    tree: Any
    sources: Any
    engine: Any
    version: str

    def compiled(self, flags: Any = None, top: str | None = None) -> Any:
        """The design that it makes."""
        compilation = ast.Compilation(slang_options(self.version, flags, top=top))
        compilation.addSyntaxTree(self.tree)
        return compilation


def _design(text: _Text, top: str | None, data: bytes) -> tuple[list[Said], dict[str, Json]]:
    compilation = text.compiled(top=top)
    said = _say(compilation.getSemanticDiagnostics(), text)
    if any(one.code in EASED for one in said):
        compilation = text.compiled(_LENIENT, top)
        errors = _say(compilation.getSemanticDiagnostics(), text)
        # what only the strict reading finds is worth a warning
        eased = [one for one in said if one.code in EASED and one not in errors]
        said = errors + [one._replace(severity="warning") for one in eased]
    if any(one.code == SIGNAL_AS_START for one in said):
        said = _with_starts(text, said)
    if top is None and not compilation.getRoot().topInstances and not _bad(said):
        compilation = _recursive(text) or compilation
    if any(one.code == "UndeclaredIdentifier" for one in said):
        said = _with_scopes(_with_types(text, said), data)
    if not _bad(said):
        said += _analysed(compilation, text, data)
        said += [Said("error", "PortRange", *one) for one in contradicting_ports(text.tree.root)]
    return said, {
        "modules": [definition.name for definition in compilation.getDefinitions()],
        "tops": [instance.name for instance in compilation.getRoot().topInstances],
        "unknown": sorted({one.about for one in said if one.code in UNKNOWN and one.about}),
        "unset": unset(compilation),
        "cleared": cleared_words(data, compilation.getRoot().topInstances),
    }


def _recursive(text: _Text) -> Any:
    """The design of a module that contains itself, where that comes to an end."""
    for name in recursive_tops(text.tree.root):
        compilation = text.compiled(_LENIENT, name)
        if not _bad(_say(compilation.getSemanticDiagnostics(), text)):
            return compilation
    return None


def _with_starts(text: _Text, said: list[Said]) -> list[Said]:
    """A port that starts as a signal is legal for simulators: worth a warning."""
    places = starting_ports(text.tree.root)
    return [
        one._replace(severity="warning", code=PORT_START, message=plain(PORT_START, _PORT_START))
        if one.code == SIGNAL_AS_START and any(one.offset in place for place in places)
        else one
        for one in said
    ]


def _with_macros(said: list[Said], data: bytes) -> list[Said]:
    """Macros that another file may define under a code of their own."""
    return [
        one._replace(code=MACRO_ELSEWHERE)
        if one.code == UNKNOWN_MACRO and one.offset is not None and may_be_macro(data, one.offset)
        else one
        for one in said
    ]


def _with_types(text: _Text, said: list[Said]) -> list[Said]:
    """Undeclared names in the place of a type under codes of their own."""
    types = undeclared_types(text.tree.root)
    return [
        one._replace(
            code="UnknownInterface" if types[one.offset] else UNDECLARED_TYPE,
            message=plain(UNDECLARED_TYPE, f"unknown type '{one.about}'"),
        )
        if one.code == "UndeclaredIdentifier" and one.offset in types
        else one
        for one in said
    ]


def _with_scopes(said: list[Said], data: bytes) -> list[Said]:
    """Undeclared names before a dot under a code of their own."""
    return [
        one._replace(
            code=UNDECLARED_SCOPE, message=plain(UNDECLARED_SCOPE, f"unknown name '{one.about}' before a dot")
        )
        if one.code == "UndeclaredIdentifier" and one.offset is not None and _DOTTED.match(data, one.offset)
        else one
        for one in said
    ]


def _analysed(compilation: Any, text: _Text, data: bytes) -> list[Said]:
    """What only the whole design shows: latches, drivers."""
    compilation.freeze()
    manager = analysis.AnalysisManager()
    manager.analyze(compilation)
    tri_state = _TRI_STATE.search(data) is not None
    found = conflicts(compilation.getRoot(), manager, text.sources, tri_state=tri_state)
    return _say(manager.getDiagnostics(), text) + [Said("error", "MultipleDrivers", *one) for one in found]


def _bad(said: list[Said]) -> bool:
    """Whether there is an error that is not just a part elsewhere."""
    return any(one.severity == "error" and one.code not in UNKNOWN for one in said)


def _has_error(rows: list[Json]) -> bool:
    return any(row[0] == "error" for row in rows)


_TRI_STATE = re.compile(
    rb"'[sS]?[bBoOdDhH]?\s*[0-9a-fA-FxX_]*[zZ?]|\b(?:bufif|notif|[rt]?tran|r?[npc]mos|tri|wor|wand|pull)\w*"
)
_DOTTED = re.compile(rb"[A-Za-z_][\w$]*\s*\.")
_MACRO_CALL = re.compile(rb"``|`(?:ifdef|ifndef)\b")
_PORT_START = "the start value of a port reads a signal"
_LENIENT = ast.CompilationFlags.AllowUseBeforeDeclare


def _say(diagnostics: Iterable[Any], text: _Text) -> list[Said]:
    said = []
    for diagnostic in diagnostics:
        code = str(diagnostic.code)[len("DiagCode(") : -1]
        if code in IGNORED:
            continue
        if (diagnostic.isError() and code not in FORGIVEN) or code in AS_ERROR:
            severity = "error"
        elif code in AS_WARNING:
            severity = "warning"
        else:
            continue
        place = text.sources.getFullyExpandedLoc(diagnostic.location)
        message = plain(code, text.engine.formatMessage(diagnostic))
        about = str(diagnostic.args[0]) if diagnostic.args else ""
        said.append(Said(severity, code, place.offset if place.buffer else None, message, about))
    return said


def _findings(said: list[Said], data: bytes) -> list[Json]:
    """Sorted by place, errors before all else, without repetition, at most MOST_FINDINGS."""
    starts = [0, *(match.end() for match in re.finditer(b"\n", data))] if said else []
    findings: list[Json] = []
    for one in sorted(dict.fromkeys(said), key=lambda s: (s.severity != "error", s.offset or 0)):
        line = column = None
        if one.offset is not None:
            line = bisect.bisect_right(starts, min(one.offset, len(data)))
            column = len(data[starts[line - 1] : one.offset].decode("utf-8", "replace")) + 1
            if one.code == INCLUDE and (file := included(data, starts[line - 1])):
                one = one._replace(message=plain(INCLUDE, f"'{file}' is not in the text"))
        findings.append([one.severity, one.code, line, column, _tidy(one.message)])
    return findings[:MOST_FINDINGS]


def _tidy(message: str) -> str:
    line = "".join(c if c.isprintable() else " " for c in message)
    return line if len(line) <= MOST_WIDTH else line[: MOST_WIDTH - 1] + "…"


def _system_names(root: Any) -> list[str]:
    names: set[str] = set()

    def visit(node: Any) -> None:
        if isinstance(node, parsing.Token) and node.kind == parsing.TokenKind.SystemIdentifier:
            names.add(node.valueText)

    root.visit(visit)
    return sorted(names)
