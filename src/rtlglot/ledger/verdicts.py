"""Verdicts as the ledger's columns, and back."""

from __future__ import annotations

import time

import orjson

from rtlglot.records import CheckStatus, Finding, Severity, Verdict

COLUMNS = "check_, status, findings, data, seconds"
"""What `verdict_from` takes, in this order."""
SAVE = "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?)"


def verdict_parameters(key: bytes, verdict: Verdict) -> tuple[object, ...]:
    """The parameters of SAVE."""
    findings = orjson.dumps(verdict.findings).decode()
    data = orjson.dumps(dict(verdict.data)).decode()
    return key, verdict.check, verdict.status.value, findings, data, verdict.seconds, time.time()


def verdict_from(check: str, status: str, findings: str, data: str, seconds: float) -> Verdict:
    """A verdict from its COLUMNS."""
    return Verdict(check, CheckStatus(status), _findings(findings), seconds, orjson.loads(data))


def _findings(column: str) -> tuple[Finding, ...]:
    if column == "[]":
        return ()
    return tuple(
        Finding(Severity(f["severity"]), f["code"], f["message"], f["line"], f["column"])
        for f in orjson.loads(column)
    )
