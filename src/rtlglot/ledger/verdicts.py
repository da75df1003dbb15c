"""Verdicts as the ledger's columns, and back."""

from __future__ import annotations

import time
from typing import Any

import orjson

from rtlglot.ledger.intact import checksum, damaged
from rtlglot.records import Assurance, CheckStatus, Finding, Severity, Verdict

COLUMNS = "verdict, check_, status, findings, data, seconds, must_answer, assurance, checksum"
"""What `verdict_from` takes, in this order."""
_STATUSES = {status.value: status for status in CheckStatus}
_ASSURANCES = {assurance.value: assurance for assurance in Assurance}
_SEVERITIES = {severity.value: severity for severity in Severity}
"""Looked up: a report reads verdicts by the hundred thousand, and the enumerations take longer."""
SAVE = "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def verdict_parameters(key: bytes, verdict: Verdict) -> tuple[object, ...]:
    """The parameters of SAVE."""
    findings = orjson.dumps(verdict.findings).decode()
    data = orjson.dumps(dict(verdict.data)).decode()
    columns = (
        key, verdict.check, verdict.status.value, findings, data, float(verdict.seconds),
        int(verdict.must_answer), verdict.assurance.value,
    )  # fmt: skip
    return *columns, checksum(columns), time.time()


def verdict_from(*row: Any) -> Verdict:
    """A verdict from its COLUMNS. Raises LedgerError where it was changed since it was written."""
    *columns, found = row
    key, check, status, findings, data, seconds, must_answer, assurance = columns
    if checksum(columns) != found:
        raise damaged(f"verdicts WHERE verdict = x'{key.hex()}'")
    return Verdict(
        check, _STATUSES[status], _findings(findings), seconds, orjson.loads(data) if data != "{}" else {},
        bool(must_answer), _ASSURANCES[assurance],
    )  # fmt: skip


def _findings(column: str) -> tuple[Finding, ...]:
    if column == "[]":
        return ()
    return tuple(
        Finding(_SEVERITIES[f["severity"]], f["code"], f["message"], f["line"], f["column"])
        for f in orjson.loads(column)
    )
