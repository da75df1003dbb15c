"""Which texts a simulation compiles together, and under which names. Runs inside the Box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyslang
from pyslang import ast, syntax

from rtlglot.tools.slang.source import Source, Top
from rtlglot.verilog.system_tasks import COMPUTING
from rtlglot.verilog.tokens import Kind, code_tokens, tokens

_CONNECTIONS = frozenset({"PortDoesNotExist", "TooManyPortConnections", "ParameterDoesNotExist"})
_NAMES_OF_REFERENCES = ("RefModule", "reference_module", "ref_module")
_READING = frozenset({"$readmemh", "$readmemb", "$fscanf", "$fgets", "$fread", "$fgetc"})
_COMPLAINING = frozenset({"$error", "$fatal"})


class Refused(Exception):
    """Why there is nothing to simulate: a status, a code and a message."""

    def __init__(self, status: str, code: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.line = status, code, line


@dataclass(frozen=True, slots=True)
class Names:
    """The modules of a text."""

    defined: tuple[str, ...]
    missing: tuple[str, ...]
    """Instantiated and not defined."""
    tops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Ready to compile."""

    texts: tuple[str, ...]
    """Testbench, reference where it is needed, candidate: in this order."""
    tops: tuple[str, ...]
    design: str
    """The name under which the testbench knows the candidate."""
    renamed_from: str | None = None
    reference: str | None = None
    """The reference as it is compiled."""


def names_of(*texts: str) -> Names:
    """Modules of texts taken together."""
    compilation, _ = _compile(texts)
    missing = [
        str(diagnostic.args[0])
        for diagnostic in compilation.getAllDiagnostics()
        if _code(diagnostic) == "UnknownModule"
    ]
    return Names(
        tuple(definition.name for definition in compilation.getDefinitions()),
        tuple(dict.fromkeys(missing)),
        tuple(instance.definition.name for instance in compilation.getRoot().topInstances),
    )


def put_together(candidate: Source, testbench: str, reference: str | None) -> Together:
    """Find the candidate's name and the reference's part in a testbench. Raises Refused."""
    if reads := [t.text for t in code_tokens(testbench) if t.kind is Kind.SYSTEM and t.text in _READING]:
        raise Refused(
            "unsupported", "reads-files", f"the testbench reads files ({reads[0]}), which are not here"
        )
    bench = names_of(testbench)
    if not bench.tops:
        raise Refused("unsupported", "no-testbench", "the testbench has no module")
    if not bench.missing:
        raise Refused("unsupported", "no-design", "the testbench instantiates no module that it lacks")
    ours = _of_reference(bench, reference)
    wanted = [name for name in bench.missing if ours is None or name not in names_of(ours).defined]
    top = _top(candidate, wanted)
    texts = [testbench]
    if ours is not None:
        texts.append(_apart(ours, names_of(candidate.plain).defined, bench))
    plain = candidate.plain if top.name in wanted else renamed(candidate.plain, top.name, wanted[0])
    name = top.name if top.name in wanted else wanted[0]
    together = Together(
        texts=(*texts, "`default_nettype wire\n" + plain),
        tops=bench.tops,
        design=name,
        renamed_from=None if name == top.name else top.name,
        reference=texts[1] if len(texts) > 1 else None,
    )
    _connections(together)
    return together


def _of_reference(bench: Names, reference: str | None) -> str | None:
    """The reference under the name that the testbench uses for it; None where it needs none."""
    if not reference:
        return None
    known = names_of(reference)
    if any(name in known.defined for name in bench.missing) and len(bench.missing) > 1:
        return reference
    for name in _NAMES_OF_REFERENCES:
        if name in bench.missing and len(known.tops) == 1:
            return renamed(reference, known.tops[0], name)
    return None


def _top(candidate: Source, wanted: Sequence[str]) -> Top:
    named = [top for top in candidate.tops if top.name in wanted]
    if len(named) == 1 and len(wanted) == 1:
        return named[0]
    if len(wanted) != 1:
        missing = ", ".join(wanted)
        raise Refused("unsupported", "no-design", f"the testbench lacks more than one module: {missing}")
    if len(candidate.tops) != 1:
        names = ", ".join(top.name for top in candidate.tops) or "none"
        raise Refused("fail", "top", f"the testbench tests {wanted[0]}; top modules here: {names}")
    return candidate.tops[0]


def _apart(reference: str, taken: Sequence[str], bench: Names) -> str:
    """The reference with those of its inner modules renamed that the candidate has too."""
    for name in names_of(reference).defined:
        if name in taken and name not in bench.missing:
            reference = "".join(
                f"{name}_of_reference" if token.kind is Kind.NAME and token.text == name else token.text
                for token in tokens(reference)
            )
    return reference


def renamed(text: str, old: str, new: str) -> str:
    """The text with the module `old` declared as `new`. For modules that no other instantiates."""
    parts, before = [], ""
    for token in tokens(text):
        declares = before in ("module", "macromodule", "static", "automatic", ":")
        is_name = token.kind is Kind.NAME and token.text == old and declares
        parts.append(new if is_name else token.text)
        if token.kind not in (Kind.SPACE, Kind.COMMENT):
            before = token.text
    return "".join(parts)


def _connections(together: Together) -> None:
    """Refuse a candidate that lacks a port to which the testbench connects."""
    compilation, sources = _compile(together.texts)
    engine = pyslang.DiagnosticEngine(sources)
    for diagnostic in compilation.getAllDiagnostics():
        if _code(diagnostic) in _CONNECTIONS and together.design in [str(arg) for arg in diagnostic.args]:
            raise Refused(
                "fail", "interface", f"as the testbench uses it: {engine.formatMessage(diagnostic)}"
            )


def refuse_what_reaches_out(candidate: Source) -> None:
    """Only what computes from its inputs may stand beside a testbench: nothing that prints or stops,
    and nothing that changes what the reference gets. `candidate` was read with `driven_inputs`."""
    for remark in (remark for top in candidate.tops for remark in top.remarks):
        message = f"{remark.message}, which reaches beyond a design under test"
        raise Refused("fail", remark.code, message, remark.line)
    for token in code_tokens(candidate.plain):
        if token.kind is Kind.SYSTEM and token.text not in COMPUTING:
            message = f"{token.text} is not allowed in a design under test: it could answer for the testbench"
            raise Refused("fail", "system-task", message)


def speaks_only_of_errors(testbench: str) -> bool:
    """Whether a testbench complains by $error, $fatal or assert and never prints a success."""
    complains = False
    for token in code_tokens(testbench):
        complains = complains or token.text in _COMPLAINING or token.text == "assert"
        if token.kind is Kind.STRING and any(word in token.text.lower() for word in ("pass", "success")):
            return False
    return complains


def stub_of(top: Top, name: str) -> str:
    """A module with the candidate's ports and nothing in it."""
    ports = ", ".join(f"{port.direction} [{(port.width or 1) - 1}:0] {port.name}" for port in top.ports)
    return f"`default_nettype wire\nmodule {name}({ports});\nendmodule\n"


def _compile(texts: Sequence[str]) -> tuple[Any, Any]:
    sources = pyslang.SourceManager()
    preprocessor = pyslang.parsing.PreprocessorOptions()
    preprocessor.maxIncludeDepth = 0
    bag = pyslang.Bag([preprocessor])
    compilation = ast.Compilation()
    for number, text in enumerate(texts):
        name = f"text{number}.sv"
        compilation.addSyntaxTree(syntax.SyntaxTree.fromText(text, sources, name, name, bag))
    return compilation, sources


def _code(diagnostic: Any) -> str:
    return str(diagnostic.code).removeprefix("DiagCode(").removesuffix(")")


def refused_as_json(refused: Refused) -> Mapping[str, Any]:
    """For a tool's answer."""
    finding = {"code": refused.code, "message": str(refused), "line": refused.line}
    return {"status": refused.status, "findings": [finding]}
