"""The check `interface`: has the module the header that its surroundings need?

Compares the candidate's module with the required header: the module's name, the ports' names,
directions and widths, the parameters and their defaults. Both are elaborated, so that
``[WIDTH-1:0]`` and ``[7:0]`` are the same where they mean the same.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from rtlglot.checks import Check, unfinished
from rtlglot.checks.facts import read_interface
from rtlglot.checks.fidelity.compare import bits, nearest
from rtlglot.options import fill
from rtlglot.records import CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box, BoxResult, Ended
from rtlglot.verilog.interface import ModuleInterface, Port, differing_ports, header_of, top_module
from rtlglot.verilog.units import units

VERSION = 2
"""Raised whenever the same texts can get another verdict."""


@dataclass(frozen=True, slots=True)
class InterfaceOptions:
    """What a header must have in common."""

    parameters: bool = True
    """Whether parameters and their defaults are compared too."""


class Interface(Check):
    """Compares a candidate's header with the one that it must have."""

    name = "interface"
    rank = 40
    must_answer = True

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        """`options`: see InterfaceOptions."""
        self.options = fill(InterfaceOptions, options or {}, part=f"check.{self.name}")

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        options = {"parameters": self.options.parameters}
        return {"check": self.name, "version": VERSION, **options, "pyslang": version("pyslang")}

    def applies(self, context: Context) -> bool:
        """To Verilog that must have a certain header."""
        return context.field == "verilog" and bool(context.interface)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        started = time.perf_counter()
        required = header_of(context.interface or "")
        if required is None:
            said = "the required header holds no module"
            finding = Finding(Severity.NOTE, "header-unreadable", said)
            return Verdict(self.name, CheckStatus.UNSUPPORTED, (finding,))
        required = required if required.rstrip().endswith(";") else f"{required};"
        wanted = await _elaborated(required, None, context.standard, box)
        if isinstance(wanted, BoxResult):
            return unfinished(self.name, wanted, {})
        if wanted is None:
            finding = Finding(Severity.NOTE, "header-unreadable", "the required header cannot be elaborated")
            return Verdict(self.name, CheckStatus.UNSUPPORTED, (finding,))
        found = await _elaborated(text, wanted.module, context.standard, box)
        if isinstance(found, BoxResult):
            return unfinished(self.name, found, {})
        findings = tuple(self._compare(text, found, wanted))
        status = CheckStatus.FAIL if findings else CheckStatus.PASS
        data = {"module": wanted.module, "ports": len(wanted.ports)}
        return Verdict(self.name, status, findings, time.perf_counter() - started, data)

    def _compare(
        self, text: str, found: ModuleInterface | None, wanted: ModuleInterface
    ) -> Iterator[Finding]:
        if found is None:
            said = f"the text has no module {wanted.module} whose header can be read"
            yield Finding(Severity.ERROR, "module-name", said)
            return
        if found.module != wanted.module:
            said = f"the module is called {found.module}, but must be called {wanted.module}"
            yield _finding("module-name", said, text, found.module)
        yield from _ports(text, found, wanted)
        if self.options.parameters:
            yield from _parameters(text, found, wanted)


async def _elaborated(
    text: str, name: str | None, standard: str, box: Box
) -> ModuleInterface | BoxResult | None:
    """The interface of the module of a name (else of the top) in a text, or in its header alone where
    the rest has errors; the box's result where that did not finish; None where nothing can be read."""
    names = [unit.name for unit in units(text) if unit.kind == "module"]
    top = name if name in names else None
    for tried in (text, _header_alone(text, top)):
        if tried is None:
            continue
        result = await read_interface(tried, standard, box, top=top)
        if result.ended in (Ended.TIMEOUT, Ended.UNAVAILABLE):
            return result
        value = result.value
        if result.ended is Ended.OK and not value["problems"] and value["top"] is not None:
            return ModuleInterface.from_json(value["top"])
    return None


def _header_alone(text: str, name: str | None) -> str | None:
    if name is not None:
        unit = next(unit for unit in units(text) if unit.name == name)
        header = header_of(text[unit.start : unit.end])
    else:
        header = header_of(text) if top_module(text) else None
    return f"{header}\nendmodule\n" if header else None


def _ports(text: str, found: ModuleInterface, wanted: ModuleInterface) -> Iterator[Finding]:
    need_names = {port.name for port in wanted.ports}
    spare = [port.name for port in found.ports if port.name not in need_names]
    for code, need, have in differing_ports(wanted.ports, found.ports):
        if have is None and need is not None:
            said = f"the {need.direction} {_shape(need)} is missing{nearest(need.name, spare)}"
            yield _finding(code, said, text, found.module)
        elif have is not None:
            yield _finding(code, _difference(need, have), text, have.name)


def _difference(need: Port | None, have: Port) -> str:
    if need is None:
        return f"there must be no port {have.name}"
    if have.direction != need.direction:
        return f"{have.name} is an {have.direction}, but must be an {need.direction}"
    if have.width != need.width:
        return f"{have.name} is {bits(have.width or 0)} wide, but must be {bits(need.width or 0)} wide"
    bounds = f"[{have.left}:{have.right}], but must be [{need.left}:{need.right}]"
    return f"the range of {have.name} is {bounds}"


def _parameters(text: str, found: ModuleInterface, wanted: ModuleInterface) -> Iterator[Finding]:
    have = {parameter.name: parameter.value for parameter in found.parameters}
    for parameter in wanted.parameters:
        value = have.get(parameter.name)
        if value is None:
            said = f"the parameter {parameter.name} (default {parameter.value}) is missing"
            yield _finding("parameter-missing", said, text, found.module)
        elif value != parameter.value:
            said = f"the default of {parameter.name} is {value}, but must be {parameter.value}"
            yield _finding("parameter-default", said, text, parameter.name)


def _shape(port: Port) -> str:
    return f"{port.name} ({bits(port.width)})" if port.width is not None else port.name


def _finding(code: str, said: str, text: str, name: str) -> Finding:
    """An error at the line where a name first stands."""
    match = re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text)
    line = text.count("\n", 0, match.start()) + 1 if match else None
    return Finding(Severity.ERROR, code, said, line)
