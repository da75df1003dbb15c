"""The check `fidelity`: does a text about a design say what is true of it?

Reads the claims that a description or an instruction makes about ports, widths, directions,
parameters, the module's name, clock edges and resets, and compares them with the reference's
elaborated interface and netlist. docs/text-checks.md says what is read and how often it is right.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from rtlglot.checks import TEXTS, Check
from rtlglot.checks.facts import FactsReader
from rtlglot.checks.fidelity.compare import findings
from rtlglot.checks.fidelity.compare_timing import TIMING, timing_findings
from rtlglot.checks.fidelity.coverage import blanket_findings, count_findings, missing_findings, told_of
from rtlglot.options import fill
from rtlglot.prose.claims import Claim
from rtlglot.prose.clocking import timing_claims
from rtlglot.prose.identifiers import name_claims
from rtlglot.prose.names import Names
from rtlglot.prose.parameters import depth_claims, module_claims, parameter_claims
from rtlglot.prose.ports import port_claims
from rtlglot.prose.resets import reset_claims
from rtlglot.prose.tokens import Prose
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box
from rtlglot.verilog.facts import Facts

VERSION = 3
"""Raised whenever the same text and reference can get another verdict."""


@dataclass(frozen=True, slots=True)
class FidelityOptions:
    """What a text must do besides saying nothing wrong."""

    strict: bool = False
    """Warnings fail too."""
    coverage: float = 0.0
    """Share of the design's ports and facts, 0 to 1, of which a text must speak."""
    remember: int = 2048
    """References whose facts are kept in memory; changes no verdict."""


DEFAULT = FidelityOptions()


class Fidelity(Check):
    """Compares a text's claims with the design that it belongs to."""

    name = "fidelity"
    fields = TEXTS
    rank = 20
    strict = True
    coverage = True
    assurance = Assurance.READ

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        """`options`: see FidelityOptions."""
        self.options = fill(FidelityOptions, options or {}, part=f"check.{self.name}")
        self._facts = FactsReader(self.options.remember)

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        tools = {"pyslang": version("pyslang"), "pyosys": version("pyosys")}
        asked = {"strict": self.options.strict, "coverage": self.options.coverage}
        return {"check": self.name, "version": VERSION, **asked, **tools}

    def applies(self, context: Context) -> bool:
        """For texts with a reference that they belong to."""
        return context.field != "verilog" and bool(context.reference)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        started = time.perf_counter()
        assert context.reference is not None  # applies() said so
        facts = await self._facts(context.reference, context.standard, box)
        verdict = judge(text, facts, context, self.options)
        seconds = time.perf_counter() - started
        return Verdict(self.name, verdict.status, verdict.findings, seconds, verdict.data)


def judge(text: str, facts: Facts, context: Context, options: FidelityOptions = DEFAULT) -> Verdict:
    """The verdict on a text, given the facts. PASS says no more than that nothing contradicts it."""
    if facts.interface is None:
        said = f"the reference cannot be read: {facts.trouble}"
        note = Finding(Severity.NOTE, "reference-unreadable", said)
        status = CheckStatus.INCOMPLETE if facts.missing else CheckStatus.UNSUPPORTED
        return Verdict(Fidelity.name, status, (note,))
    prose, names = Prose(text), Names(facts)
    claims = read_claims(prose, names)
    needed = context.field == "instruction" and context.interface is None
    found = [
        *findings(prose, names, claims),
        *timing_findings(prose, names, claims),
        *blanket_findings(prose, names, claims),
        *count_findings(prose, names),
        *missing_findings(prose, names, needed=needed),
    ]
    found = _once(found)
    told = told_of(prose, names, claims)
    if told.share < options.coverage:
        said = f"{told.in_words}; {options.coverage:.0%} is required"
        found.append(Finding(Severity.ERROR, "coverage", said))
    status = _status(found, facts, claims, strict=options.strict)
    if status in (CheckStatus.INCOMPLETE, CheckStatus.UNSUPPORTED):
        said = f"clock and reset could not be compared: {facts.trouble}"
        found.append(Finding(Severity.NOTE, "netlist-unreadable", said))
    elif status is CheckStatus.PASS:
        said = f"the text is not contradicted: {told.in_words}"
        found.append(Finding(Severity.NOTE, "not-contradicted", said))
    return Verdict(Fidelity.name, status, tuple(found), data={"claims": len(claims), **told.to_json()})


def read_claims(prose: Prose, names: Names) -> list[Claim]:
    """Everything that a text claims, in the order of the text."""
    claims = [
        *port_claims(prose, names),
        *name_claims(prose, names),
        *timing_claims(prose),
        *reset_claims(prose, names),
        *module_claims(prose),
        *parameter_claims(prose, names),
        *depth_claims(prose),
    ]
    return sorted(claims, key=lambda claim: claim.start)


def _once(found: list[Finding]) -> list[Finding]:
    """Without repetitions: each fact once, the worst first, a name not both as a port and as a signal."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    kept: dict[tuple[str, str], Finding] = {}
    for one in sorted(found, key=lambda one: (order[one.severity], one.line or 0, one.column or 0)):
        fact = one.message.rpartition(", but ")[2]
        subject = fact.replace("the design has no ", "").partition(" has no port ")[2] or fact
        kept.setdefault((one.code, subject), one)
    return list(kept.values())


def _status(found: list[Finding], facts: Facts, claims: list[Claim], *, strict: bool) -> CheckStatus:
    grave = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    if any(one.severity in grave for one in found):
        return CheckStatus.FAIL
    if facts.clocking is None and any(claim.about in TIMING for claim in claims):
        return CheckStatus.INCOMPLETE if facts.missing else CheckStatus.UNSUPPORTED
    return CheckStatus.PASS
