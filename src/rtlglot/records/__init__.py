"""The nouns of rtlglot: rows, requests, replies, outcomes, and what checks say of them."""

from rtlglot.records.nouns import (
    Assurance,
    Attempt,
    Candidate,
    Finish,
    Json,
    Message,
    Outcome,
    Pair,
    Reason,
    Reply,
    Request,
    Row,
    Sampling,
    Status,
)
from rtlglot.records.verdict import NO, NO_ANSWER, YES, CheckStatus, Context, Finding, Severity, Verdict

__all__ = [
    "NO",
    "NO_ANSWER",
    "YES",
    "Assurance",
    "Attempt",
    "Candidate",
    "CheckStatus",
    "Context",
    "Finding",
    "Finish",
    "Json",
    "Message",
    "Outcome",
    "Pair",
    "Reason",
    "Reply",
    "Request",
    "Row",
    "Sampling",
    "Severity",
    "Status",
    "Verdict",
]
