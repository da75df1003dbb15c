"""The check `asked`: is a design called, and does it have the ports, that its own instruction says?

The instruction is read as `fidelity` reads a text, and held against the candidate instead of a reference.
Only what can hardly mean anything else counts: a name ("a module named x"), a list of ports with their
widths, a header in Verilog.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version

from rtlglot.checks import Check, holds_verilog, unfinished
from rtlglot.checks.facts import interface_facts, read_interface
from rtlglot.checks.fidelity.compare import findings
from rtlglot.checks.interface import Interface
from rtlglot.options import fill
from rtlglot.prose.asked import asked_header, asked_modules
from rtlglot.prose.claims import About, Claim
from rtlglot.prose.listed import asked_ports
from rtlglot.prose.names import Names, is_plain
from rtlglot.prose.ports import port_claims
from rtlglot.prose.tokens import Prose
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box, Ended
from rtlglot.verilog.units import units

VERSION = 2
"""Raised whenever the same texts can get another verdict."""
_CODES = frozenset({"port-width", "port-direction", "no-such-port", "no-such-bit"})


@dataclass(frozen=True, slots=True)
class AskedOptions:
    """None so far."""


class Asked(Check):
    """Holds a design against the words of its instruction."""

    name = "asked"
    rank = 35
    assurance = Assurance.READ

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        """`options`: see AskedOptions."""
        self.options = fill(AskedOptions, options or {}, part=f"check.{self.name}")

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {"check": self.name, "version": VERSION, "pyslang": version("pyslang")}

    def applies(self, context: Context) -> bool:
        """To Verilog with an instruction that it follows."""
        return holds_verilog(context) and bool(context.instruction)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        started = time.perf_counter()
        instruction = context.instruction or ""
        prose, header = Prose(instruction), asked_header(instruction)
        asked = asked_modules(prose)
        names = {unit.name for unit in units(text) if unit.kind == "module"}
        top = next((name for name in (*asked, *_names(header)) if name in names), None)
        result = await read_interface(text, context.standard, box, top=top)
        if result.ended is not Ended.OK:
            return unfinished(self.name, result, {})
        found = _contradicted(prose, text, result.value)
        if found and context.reference:
            # what the row's own reference contradicts too is a slip of the instruction
            reference = await read_interface(context.reference, context.standard, box)
            slips = _contradicted(prose, context.reference, reference.value) if reference.value else []
            said = {_words(one) for one in slips}
            found = [one for one in found if _words(one) not in said]
        if top is None and asked:
            found.insert(0, _misnamed(prose, next(iter(asked.values())), names))
        if header is not None and not found:
            wanted = replace(context, interface=header)
            compared = await Interface({"parameters": False}).check(text, wanted, box)
            found = [one for one in compared.findings if one.severity is Severity.ERROR]
        status = CheckStatus.FAIL if found else CheckStatus.PASS
        return Verdict(self.name, status, tuple(found), time.perf_counter() - started)


def _names(header: str | None) -> list[str]:
    return [unit.name for unit in units(header or "") if unit.kind == "module"]


def _misnamed(prose: Prose, place: tuple[int, int], names: set[str]) -> Finding:
    have = " and ".join(sorted(names)[:3]) or "nothing"
    said = f'the instruction says "{prose.phrase(*place)}", but the module is called {have}'
    return Finding(Severity.ERROR, "module-name", said)


def _contradicted(prose: Prose, text: str, read: Json) -> list[Finding]:
    """What a design's ports are not as its instruction clearly says they are."""
    if read["top"] is None or read["problems"]:
        return []
    names = Names(interface_facts(text, read))
    listed = list(asked_ports(prose))
    told = {claim.subject for claim in listed}
    claims = [
        claim
        for claim in port_claims(prose, names)
        if claim.firm and claim.subject not in told and not _is_a_role(claim, prose)
    ]
    # the places are those in the instruction: told are the candidate's
    return [
        Finding(one.severity, one.code, one.message.replace("the text says", "the instruction says"))
        for one in findings(prose, names, [*listed, *claims])
        if one.severity is Severity.ERROR and one.code in _CODES
    ]


def _words(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.message.partition(", but ")[0]


_ENTRY = re.compile(r"\s*(?:[-*+]|\d{1,2}[.)]|(?:input|output|inout)\b)")


def _is_a_role(claim: Claim, prose: Prose) -> bool:
    """Whether a word may mean a port without being its name: "the inputs are clock, a and b"."""
    if claim.about is not About.PORT or not is_plain(claim.subject):
        return False
    return not _ENTRY.match(prose.plain, prose.plain.rfind("\n", 0, claim.start) + 1)
