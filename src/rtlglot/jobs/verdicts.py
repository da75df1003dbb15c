"""Verdicts as the values of a file: nested for JSON, columns for tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rtlglot.checks import Check
from rtlglot.formats import encode
from rtlglot.records import CheckStatus, Finding, Json, Verdict


def nested(verdicts: Sequence[Verdict]) -> dict[str, Json]:
    """{check: {status, findings, seconds, what it measured}}."""
    own = ("status", "findings", "seconds")
    return {
        verdict.check: {
            "status": verdict.status.value,
            "findings": [
                {
                    "severity": finding.severity.value,
                    "code": finding.code,
                    "line": finding.line,
                    "column": finding.column,
                    "message": finding.message,
                }
                for finding in verdict.findings
            ],
            "seconds": round(verdict.seconds, 6),
            **{name: value for name, value in verdict.data.items() if name not in own},
        }
        for verdict in verdicts
    }


def flat(verdicts: Sequence[Verdict]) -> dict[str, Json]:
    """Four columns a check: CHECK_status, CHECK_findings (in words), CHECK_seconds, CHECK_data (JSON)."""
    columns: dict[str, Json] = {}
    for verdict in verdicts:
        skip = verdict.status is CheckStatus.SKIPPED
        columns[f"{verdict.check}_status"] = verdict.status.value
        columns[f"{verdict.check}_findings"] = "" if skip else "; ".join(map(_told, verdict.findings))
        columns[f"{verdict.check}_seconds"] = round(verdict.seconds, 6)
        columns[f"{verdict.check}_data"] = encode(dict(verdict.data)).decode()
    return columns


def _told(finding: Finding) -> str:
    place = "" if finding.line is None else f" line {finding.line}"
    return f"{finding.severity.value}{place}: {finding.message} [{finding.code}]"


def tools_of(checks: Sequence[Check]) -> dict[str, Any]:
    """{tool: version} of all checks: what of their identity is a text and no name of a check."""
    found: dict[str, Any] = {}
    for each in checks:
        found |= {
            name: value
            for name, value in each.identity().items()
            if isinstance(value, str) and name != "check"
        }
    return found
