"""What `fidelity` makes of a text: its claims, held against the facts of the design."""

from __future__ import annotations

from rtlglot.checks.fidelity.check import DEFAULT, Fidelity, FidelityOptions
from rtlglot.checks.fidelity.compare import findings
from rtlglot.checks.fidelity.compare_timing import TIMING, timing_findings
from rtlglot.checks.fidelity.coverage import blanket_findings, count_findings, missing_findings, told_of
from rtlglot.prose.claims import Claim
from rtlglot.prose.clocking import timing_claims
from rtlglot.prose.identifiers import name_claims
from rtlglot.prose.names import Names
from rtlglot.prose.parameters import depth_claims, module_claims, parameter_claims
from rtlglot.prose.ports import port_claims
from rtlglot.prose.reset_values import reset_value_claims
from rtlglot.prose.resets import reset_claims
from rtlglot.prose.tokens import Prose
from rtlglot.records import CheckStatus, Context, Finding, Severity, Verdict
from rtlglot.verilog.facts import Facts


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
        *reset_value_claims(prose, names),
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
