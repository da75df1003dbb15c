"""pyslang on one text: the tool that runs in the box for the checks `syntax` and `elaborate`.

One reading serves both: what the parser says and what elaboration and analysis say are kept apart.
Limits keep a text from making work without end; the box stops what gets through them.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyslang
from pyslang import analysis, ast, parsing, syntax

from rtlglot.records import Json
from rtlglot.tools.slang.drivers import conflicts
from rtlglot.tools.slang.options import DEPTH, VERSIONS, slang_options
from rtlglot.tools.slang.wording import AS_ERROR, AS_WARNING, IGNORED, plain

MOST_FINDINGS = 40
MOST_WIDTH = 300
"""Characters of a message; names in it come from the text and may be as long as the text."""

_UNKNOWN = {"UnknownModule", "UnknownPackage", "UnknownInterface", "UnknownPrimitive"}
_PASTE = "``"


class Said(NamedTuple):
    """One diagnostic."""

    severity: str
    code: str
    offset: int | None
    """Bytes from the start of the text."""
    message: str


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
    """What slang says about `text` as a design of the language `standard`.

    `{"parse": findings, "design": findings, "modules": names, "tops": names, "unknown": names,
    "system": names}`, each finding as `[severity, code, line, column, message]`; `design` is None
    where only the parser was asked (`"parse_only": true`). `system` are the system tasks and
    functions named after macros have been expanded, where macros paste tokens together.
    """
    text: str = arguments["text"]
    data = text.encode("utf-8", "replace")
    bag = slang_options(VERSIONS[arguments["standard"]])
    sources = pyslang.SourceManager()
    try:
        tree = syntax.SyntaxTree.fromText(data.decode(), sources, "design.sv", "", bag)
    except RuntimeError:
        # slang gives up by an exception without a text where nesting exceeds its limit
        deep = Said("error", "TooDeep", None, f"expressions or blocks nest more than {DEPTH} deep")
        return {"parse": _findings([deep], data), "design": None, "modules": [], "tops": [], "unknown": []}
    engine = pyslang.DiagnosticEngine(sources)
    answer: dict[str, Json] = {
        "parse": _findings(_say(tree.diagnostics, engine, sources), data),
        "design": None,
        "modules": [],
        "tops": [],
        "unknown": [],
        "system": _system_names(tree.root) if _PASTE in text else [],
    }
    if not arguments.get("parse_only"):
        answer |= _design(tree, bag, engine, sources, data)
    return answer


def _design(tree: Any, bag: Any, engine: Any, sources: Any, data: bytes) -> dict[str, Json]:
    compilation = ast.Compilation(bag)
    compilation.addSyntaxTree(tree)
    diagnostics = list(compilation.getSemanticDiagnostics())
    said = _say(diagnostics, engine, sources)
    unknown = sorted({str(d.args[0]) for d in diagnostics if _code(d) in _UNKNOWN and d.args})
    if not any(one.severity == "error" and one.code not in _UNKNOWN for one in said):
        compilation.freeze()
        manager = analysis.AnalysisManager()
        manager.analyze(compilation)
        said += _say(manager.getDiagnostics(), engine, sources)
        tri_state = _TRI_STATE.search(data) is not None
        said += [
            Said("error", "MultipleDrivers", at, message)
            for at, message in conflicts(compilation.getRoot(), manager, sources, tri_state=tri_state)
        ]
    return {
        "design": _findings(said, data),
        "modules": [d.name for d in compilation.getDefinitions()],
        "tops": [instance.name for instance in compilation.getRoot().topInstances],
        "unknown": unknown,
    }


_TRI_STATE = re.compile(
    rb"'[sS]?[bBoOdDhH]?\s*[0-9a-fA-FxX_]*[zZ?]|\b(?:bufif|notif|[rt]?tran|tri|wor|wand|pull)\w*"
)


def _code(diagnostic: Any) -> str:
    return str(diagnostic.code)[len("DiagCode(") : -1]


def _say(diagnostics: Iterable[Any], engine: Any, sources: Any) -> list[Said]:
    said = []
    for diagnostic in diagnostics:
        code = _code(diagnostic)
        if code in IGNORED:
            continue
        if diagnostic.isError() or code in AS_ERROR:
            severity = "error"
        elif code in AS_WARNING:
            severity = "warning"
        else:
            continue
        place = sources.getFullyExpandedLoc(diagnostic.location)
        message = plain(code, engine.formatMessage(diagnostic))
        said.append(Said(severity, code, place.offset if place.buffer else None, message))
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
