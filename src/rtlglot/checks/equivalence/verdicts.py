"""What was found, as a Verdict: its status, findings in plain words, and data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rtlglot.checks.equivalence.reference import Reference
from rtlglot.records import CheckStatus, Finding, Severity, Verdict
from rtlglot.tools.prover.answers import Found
from rtlglot.tools.prover.trace import in_words
from rtlglot.tools.yosys.miter import ZERO

_TOLD = (
    "what",
    "semantics",
    "start",
    "engine",
    "matched",
    "points",
    "invariant",
    "cut",
    "open",
    "k",
    "trace",
    "confirmed",
    "unconfirmed_why",
    "simulator",
    "played",
    "top",
    "front_end",
)
"""What of a finding goes into the verdict's data under its own name."""
_OUT_OF_TIME = "out of time (--set check.equivalence.limit_s=… allows more)"
_MOST_FINDINGS = 20
_MOST_NAMES = 5
_COMPARED = (CheckStatus.EQUIVALENT, CheckStatus.BOUNDED, CheckStatus.DIFFERENT, CheckStatus.UNCONFIRMED)


def verdict_of(found: Found, reference: Reference, seconds: float) -> Verdict:
    """The verdict about one candidate."""
    status = CheckStatus(found.status)
    data: dict[str, Any] = {name: getattr(found, name) for name in _TOLD}
    data = {
        name: value
        for name, value in data.items()
        if value is not None and value != "" and (name, value) not in (("matched", 0), ("cut", ()))
    }
    if status is CheckStatus.DIFFERENT:
        data.setdefault("confirmed", None)
    if status not in (CheckStatus.DIFFERENT, CheckStatus.UNCONFIRMED):
        data.pop("trace", None)
    if found.clocking is not None:
        data["clocking"] = found.clocking.kind
    if found.blackboxes:
        data["blackboxes"] = list(found.blackboxes)
    if reference.status == "usable":
        data["vacuous"] = list(reference.vacuous)
        data["reference"] = reference.facts()
    findings = tuple(_findings(status, found, reference))
    return Verdict("equivalence", status, findings, seconds, data)


def _findings(status: CheckStatus, found: Found, reference: Reference) -> Iterator[Finding]:
    severity = Severity.ERROR if status is CheckStatus.PORTS_DIFFER else Severity.WARNING
    if status is CheckStatus.DIFFERENT:
        yield Finding(Severity.ERROR, "different", in_words(found.trace or {}))
    elif status is CheckStatus.UNCONFIRMED:
        yield Finding(Severity.WARNING, "unconfirmed", _both_sides(found))
    elif status is CheckStatus.BOUNDED:
        yield Finding(Severity.NOTE, "bounded", f"no difference within {found.k} steps, but no proof either")
    elif status is not CheckStatus.EQUIVALENT and status is not CheckStatus.PORTS_DIFFER:
        yield Finding(Severity.WARNING, status.value, f"not compared: {found.what or _OUT_OF_TIME}")
    if found.open and status in (CheckStatus.BOUNDED, CheckStatus.TIMEOUT):
        names = ", ".join(map(str, found.open["outputs"]))
        text = f"not proved yet: {names}, over {found.open['registers']} registers of both sides"
        yield Finding(Severity.NOTE, "open", text + _named(found.open["names"]))
    for said in found.findings[:_MOST_FINDINGS]:
        yield Finding(severity, said["code"], said["message"], said.get("line"), said.get("column"))
    if status in _COMPARED:
        yield from _about_the_reference(found, reference)
    if found.blackboxes and status in _COMPARED:
        text = f"taken for black boxes that are the same on both sides: {', '.join(found.blackboxes)}"
        yield Finding(Severity.NOTE, "black-box", text)
    if status is CheckStatus.EQUIVALENT and found.played and "why" in found.played:
        yield Finding(Severity.NOTE, "not-played", f"proved, but not played: {found.played['why']}")


def _named(names: Mapping[str, Sequence[str]]) -> str:
    """Some of the registers, by side."""
    told = [
        f"{', '.join(found[:_MOST_NAMES])}{', …' if len(found) > _MOST_NAMES else ''} of the {side}"
        for side, found in names.items()
        if found
    ]
    return f" ({'; '.join(told)})" if told else ""


def _both_sides(found: Found) -> str:
    text = in_words(found.trace or {})
    if found.confirmed:
        return (
            f"{text}\n(So says a simulation, which starts with x; the proof says that the candidate is right"
            " whatever bits its registers start with.)"
        )
    if found.confirmed is None:
        return (
            f"{text}\n(So says a proof that starts with zeros, of what the reference may leave open; no"
            f" simulation tells: {found.unconfirmed_why}.)"
        )
    return f"{text}\n(So says the proof; a simulation with these inputs shows no difference.)"


def _about_the_reference(found: Found, reference: Reference) -> Iterator[Finding]:
    if found.semantics == ZERO and not reference.vacuous:
        tried = ", ".join(f"{start}: {proof.status}" for start, proof in reference.proofs.items())
        why = f"the reference could not be proved equal to itself otherwise ({tried})"
        if reference.semantics != ZERO:
            why = "proofs from x and from any bits did not settle it"
        text = f"compared with all registers starting as 0, because {why}"
        yield Finding(Severity.NOTE, "zero-initialised", text)
    if reference.vacuous:
        names = ", ".join(reference.vacuous)
        also = "; compared with all registers starting as 0 as well" if found.semantics == ZERO else ""
        yield Finding(Severity.NOTE, "vacuous", f"the reference never defines {names}{also}")
