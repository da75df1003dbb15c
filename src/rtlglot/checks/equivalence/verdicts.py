"""What was found, as a Verdict: its status, findings in plain words, and data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rtlglot.checks.equivalence.reference import Reference
from rtlglot.records import CheckStatus, Finding, Severity, Verdict
from rtlglot.tools.prover.trace import in_words
from rtlglot.tools.yosys.miter import ZERO

_STATUS = {
    "equivalent": CheckStatus.EQUIVALENT,
    "bounded": CheckStatus.BOUNDED,
    "different": CheckStatus.DIFFERENT,
    "ports-differ": CheckStatus.PORTS_DIFFER,
    "unsupported": CheckStatus.UNSUPPORTED,
    "timeout": CheckStatus.TIMEOUT,
    "error": CheckStatus.ERROR,
    "unavailable": CheckStatus.UNAVAILABLE,
}
_TOLD = (
    "what",
    "semantics",
    "engine",
    "k",
    "trace",
    "confirmed",
    "unconfirmed_why",
    "simulator",
    "top",
    "front_end",
)
"""What of a finding goes into the verdict's data under its own name."""
_MOST_FINDINGS = 20


def verdict_of(found: Mapping[str, Any], reference: Reference, seconds: float) -> Verdict:
    """The verdict about one candidate."""
    status = _STATUS[found["status"]]
    data: dict[str, Any] = {name: found[name] for name in _TOLD if found.get(name) is not None}
    if status is CheckStatus.DIFFERENT:
        data.setdefault("confirmed", None)
    if "clocking" in found:
        data["clocking"] = found["clocking"]["kind"]
    if reference.status == "usable":
        data["vacuous"] = list(reference.vacuous)
        data["reference"] = reference.facts()
    findings = tuple(_findings(status, found, reference))
    return Verdict("equivalence", status, findings, seconds, data)


def _findings(status: CheckStatus, found: Mapping[str, Any], reference: Reference) -> Iterator[Finding]:
    severity = Severity.ERROR if status is CheckStatus.PORTS_DIFFER else Severity.WARNING
    if status is CheckStatus.DIFFERENT:
        yield Finding(Severity.ERROR, "different", _difference(found))
    elif status is CheckStatus.BOUNDED:
        yield Finding(
            Severity.NOTE, "bounded", f"no difference within {found['k']} steps, but no proof either"
        )
    elif status is not CheckStatus.EQUIVALENT and status is not CheckStatus.PORTS_DIFFER:
        text = found.get("what") or "out of time"
        yield Finding(Severity.WARNING, status.value, f"not compared: {text}")
    for said in found.get("findings", ())[:_MOST_FINDINGS]:
        yield Finding(severity, said["code"], said["message"], said.get("line"), said.get("column"))
    if status in (CheckStatus.EQUIVALENT, CheckStatus.BOUNDED, CheckStatus.DIFFERENT):
        yield from _about_the_reference(found, reference)


def _difference(found: Mapping[str, Any]) -> str:
    text = in_words(found["trace"])
    if found.get("confirmed") is False:
        text += "\n(A simulation with these inputs showed no difference.)"
    return text


def _about_the_reference(found: Mapping[str, Any], reference: Reference) -> Iterator[Finding]:
    if reference.semantics == ZERO:
        text = (
            "compared with all registers starting as 0, because the reference could not be proved equal"
            f" to itself otherwise ({next(iter(reference.self_proofs.values()), 'not tried')})"
        )
        yield Finding(Severity.NOTE, "zero-initialised", text)
    if reference.vacuous:
        names = ", ".join(reference.vacuous)
        also = "; compared with all registers starting as 0 as well" if found.get("semantics") == ZERO else ""
        yield Finding(Severity.NOTE, "vacuous", f"the reference never defines {names}{also}")
