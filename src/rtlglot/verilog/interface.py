"""A module's interface: what it is called, its ports and its parameters.

Two doors lead to it. `header_of` reads the header as text, for prompts: it works on tokens, takes
any text and never fails. What a header *means* (a port's width in bits, a parameter's value) only
an elaboration knows: `rtlglot.checks.facts` has it read inside the box and gives it as a `ModuleInterface`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rtlglot.records import Json
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, Token, code_tokens, tokens
from rtlglot.verilog.units import Unit, units

DIRECTIONS = ("input", "output", "inout", "ref")


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a module."""

    name: str
    direction: str
    """One of DIRECTIONS, or 'interface'."""
    width: int | None
    """Bits; None where the type is no plain vector."""
    left: int | None = None
    """First bound of its only packed dimension: 7 in [7:0]. None for a scalar and for other types."""
    right: int | None = None
    signed: bool = False
    parametric: bool = False
    """The declaration depends on a parameter; `width` is the one that the defaults give."""
    unpacked: str = ""  # dimensions behind the name, where `width` is of all elements together: '[31:0]'


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter that an instance may set."""

    name: str
    value: str
    """Its default: a decimal number where it is an integer, else as written."""


@dataclass(frozen=True, slots=True)
class ModuleInterface:
    """What a module shows to the outside."""

    module: str
    ports: tuple[Port, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ModuleInterface:
        """Back from `to_json`."""
        return cls(
            value["module"],
            tuple(Port(**port) for port in value["ports"]),
            tuple(Parameter(**parameter) for parameter in value["parameters"]),
        )


def header_of(text: str, *, name: str | None = None) -> str | None:
    """The header of a text's top module, without comments: `module … );`, and for a header that only
    lists names the declarations of ports and parameters behind it; before it the macros that it uses.

    The top is the module that no other one of the text instantiates; of several the last that has
    ports. `name` gives the header another module name. None where there is no module.
    """
    unit = top_module(text)
    if unit is None:
        return None
    body = text[unit.start : unit.end]
    code = [token for token in tokens(body) if token.kind is not Kind.COMMENT]
    end = _end_of_header(code)
    head = code[:end]
    if not unit.complete and not any(token.text in ("(", ";", "#") for token in head):
        return None  # "module" as a word of prose
    if name is not None:
        head = _renamed(head, name)
    parts = [_joined(head)]
    if not any(token.text in DIRECTIONS for token in head):
        parts += [_joined(statement) for statement in _declarations(code[end:], head)]
    header = "\n".join(parts)
    return "\n".join([*_macros(text, header), header])


def required_header(reference: str, testbench: str | None = None, asked: str | None = None) -> str | None:
    """The header that a candidate needs to stand in for a reference: the reference's own, under the
    name that was `asked` for, else that which the testbench instantiates. None where the reference has
    no module.
    """
    tested = _tested_name(testbench, reference) if testbench and not asked else None
    return header_of(reference, name=asked or tested)


def top_module(text: str) -> Unit | None:
    """The module that no other one in the text instantiates; of several the last that has ports."""
    found = [unit for unit in units(text) if unit.kind == "module" and unit.parent is None]
    found = [unit for unit in found if unit.complete] or found
    names = {unit.name for unit in found}
    used = {
        name
        for unit in found
        for name in _instantiated(text[unit.start : unit.end])
        if name in names and name != unit.name
    }
    tops = [unit for unit in found if unit.name not in used] or found
    return next((unit for unit in reversed(tops) if unit.has_ports), tops[-1] if tops else None)


def _tested_name(testbench: str, reference: str) -> str | None:
    """The module that a testbench instantiates and does not define: the one under test. Beside the
    reference's own name (VerilogEval runs both) the other one is meant."""
    defined = {unit.name for unit in units(testbench)}
    own = {unit.name for unit in units(reference)}
    wanted = list(dict.fromkeys(name for name in _instantiated(testbench) if name not in defined))
    other = [name for name in wanted if name not in own]
    return next(iter(other or wanted), None)


_BEFORE_STATEMENT = frozenset({";", "begin", "end", "generate", "endgenerate", "else", ")", ":"})


def _instantiated(text: str) -> Iterator[str]:
    """Names in the place of an instantiation's module: `name inst (` or `name #(…) inst (`."""
    code = list(code_tokens(text))
    for index, token in enumerate(code[:-2]):
        if token.kind not in (Kind.NAME, Kind.ESCAPED) or token.text in KEYWORDS:
            continue
        before, after = code[index - 1] if index else None, code[index + 1]
        if after.text == "#":
            fits = before is None or before.text in _BEFORE_STATEMENT or _is_label(code, index - 1)
        else:
            fits = after.kind in (Kind.NAME, Kind.ESCAPED) and after.text not in KEYWORDS
            fits = fits and code[index + 2].text in ("(", "[")
        if fits and (before is None or before.text not in KEYWORDS or before.text in _BEFORE_STATEMENT):
            yield token.text


def _is_label(code: Sequence[Token], index: int) -> bool:
    return index > 0 and code[index].kind is Kind.NAME and code[index - 1].text == ":"


def _end_of_header(code: Sequence[Token]) -> int:
    """Index behind the semicolon that ends a header; of a broken one what looks like its end."""
    depth = 0
    for index, token in enumerate(code):
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            depth -= 1
        elif (token.text == ";" and depth <= 0 and not _in_import(code, index)) or token.text == "endmodule":
            return index + 1 if token.text == ";" else index
    return len(code)


def _in_import(code: Sequence[Token], semicolon: int) -> bool:
    """Whether a semicolon ends an import clause, which stands before the ports."""
    for token in reversed(code[max(0, semicolon - 16) : semicolon]):
        if token.text in ("import", ";", ")", "module"):
            return token.text == "import"
    return False


_BEFORE_NAME = frozenset({"module", "macromodule", "automatic", "static"})


def _renamed(head: list[Token], name: str) -> list[Token]:
    words = (i for i, t in enumerate(head) if t.kind in (Kind.NAME, Kind.ESCAPED))
    at = next((i for i in words if head[i].text not in _BEFORE_NAME), None)
    if at is None:
        return head
    return [*head[:at], head[at]._replace(text=name), *head[at + 1 :]]


_ENDS_BLOCK = {"function": "endfunction", "task": "endtask", "specify": "endspecify"}


def _declarations(body: Sequence[Token], head: Sequence[Token]) -> list[list[Token]]:
    """The statements that declare the ports which a header only lists, and the parameters before them."""
    if not any(token.text == "(" for token in head):
        return []
    wanted = (*DIRECTIONS, "parameter")
    found = [statement for statement in _statements(body) if _first(statement) in wanted]
    return found if any(_first(statement) in DIRECTIONS for statement in found) else []


def _first(statement: Sequence[Token]) -> str:
    return next((token.text for token in statement if token.kind is not Kind.SPACE), "")


def _statements(body: Sequence[Token]) -> Iterator[list[Token]]:
    """What stands between semicolons, without what stands in functions, tasks and specify blocks."""
    statement: list[Token] = []
    inside = ""
    for token in body:
        if inside:
            inside = "" if token.text == inside else inside
            statement = []
            continue
        if token.kind is Kind.NAME and token.text in _ENDS_BLOCK:
            inside = _ENDS_BLOCK[token.text]
            continue
        statement.append(token)
        if token.text == ";":
            yield statement
            statement = []


def _joined(code: Sequence[Token]) -> str:
    """The text of tokens, without blank lines and without space at the ends of lines."""
    text = "".join(token.text for token in code)
    return "\n".join(line.rstrip() for line in text.strip().split("\n") if line.strip())


_DEFINE = re.compile(r"^[ \t]*`define[ \t]+(?P<name>\w+)(?:[^\n\\]|\\(?s:.))*+", re.MULTILINE)
_MACRO = re.compile(r"`(\w+)")


def _macros(text: str, header: str) -> list[str]:
    """The definitions of the macros that a header uses, in the order of the text."""
    if "`" not in header:
        return []
    defined = {match["name"]: match[0].strip() for match in _DEFINE.finditer(text)}
    used: set[str] = set()
    wanted = set(_MACRO.findall(header))
    while wanted:
        name = wanted.pop()
        if name in defined and name not in used:
            used.add(name)
            wanted.update(_MACRO.findall(defined[name]))
    return [line for name, line in defined.items() if name in used]


def differing_ports(
    wanted: Iterable[Port], given: Iterable[Port]
) -> Iterator[tuple[str, Port | None, Port | None]]:
    """What about the ports is not as wanted: a code, the wanted port and the given one. Order is free;
    what is not known of one (no width, no bounds) differs from nothing."""
    ours = {port.name: port for port in given}
    for need in wanted:
        have = ours.pop(need.name, None)
        if have is None:
            yield "port-missing", need, None
        elif have.direction != need.direction:
            yield "port-direction", need, have
        elif have.width != need.width and None not in (have.width, need.width):
            yield "port-width", need, have
        elif have.unpacked != need.unpacked:
            yield "port-dimensions", need, have
        elif _downward(need) is not _downward(have) and None not in (_downward(need), _downward(have)):
            yield "port-range", need, have
    for have in ours.values():
        yield "port-extra", None, have


def _downward(port: Port) -> bool | None:
    """Whether the bounds of a port go down; None where it has none, or only one bit."""
    if port.left is None or port.right is None or port.left == port.right:
        return None
    return port.left > port.right


def port_differences(wanted: Sequence[Port], given: Sequence[Port]) -> list[dict[str, Json]]:
    """What about a design's ports is not as its reference has them, as findings with code and message."""
    found: list[dict[str, Json]] = []
    for code, need, have in differing_ports(wanted, given):
        if need is None:
            text = f"{_described(have)} is not in the reference" if have else ""
        elif have is None:
            text = f"{_described(need)} is missing"
        elif code == "port-direction":
            text = f"port {need.name} is an {have.direction}, it should be an {need.direction}"
        elif code == "port-width":
            text = f"{need.direction} {need.name} is {_width_of(have)} wide, it should be {_width_of(need)}"
        elif code == "port-dimensions":
            given_as, wanted_as = (port.unpacked or "none" for port in (have, need))
            text = f"{need.direction} {need.name} has the dimensions {given_as}, it should have {wanted_as}"
        else:
            continue  # bit for bit it is the same
        found.append({"code": code, "message": text})
    return found


def _described(port: Port) -> str:
    return f"{port.direction} {port.name} ({_width_of(port)})"


def _width_of(port: Port) -> str:
    return "1 bit" if port.width == 1 else f"{port.width} bits"
