"""Verdicts in plain words: for the model that is to mend its text, and for people."""

from __future__ import annotations

from rtlglot.records import Severity, Verdict

MOST_FINDINGS_TOLD = 12


def in_plain_words(verdict: Verdict) -> str:
    """What a check found, errors first, with lines."""
    findings = sorted(verdict.findings, key=lambda f: (f.severity is not Severity.ERROR, f.line or 0))
    told = [
        f"- line {finding.line}: {finding.message}" if finding.line else f"- {finding.message}"
        for finding in findings[:MOST_FINDINGS_TOLD]
    ]
    more = len(findings) - len(told)
    if more > 0:
        told.append(f"- and {more} more")
    return "\n".join([f"The check '{verdict.check}' said {verdict.status.value}.", *told])
