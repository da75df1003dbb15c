"""What checks say: a verdict with its findings, and what a check may know of a candidate's row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rtlglot.records.nouns import Assurance, Json, Reason


class CheckStatus(StrEnum):
    """A verdict's answer. The first seven serve every check, the rest equivalence and testbench."""

    PASS = "pass"
    FAIL = "fail"
    INCOMPLETE = "incomplete"
    """Parts of the design are elsewhere (an unknown submodule): neither good nor broken."""
    UNSUPPORTED = "unsupported"
    TIMEOUT = "timeout"
    ERROR = "error"
    """The tool broke; says nothing about the design."""
    SKIPPED = "skipped"
    """It ended at an earlier rung, or the row lacks what the check needs."""
    EQUIVALENT = "equivalent"
    BOUNDED = "bounded"
    """No difference within k steps; never called equivalent."""
    DIFFERENT = "different"
    UNCONFIRMED = "unconfirmed"
    """A proof says different and a simulation of the same inputs says the same, or one says x: no `no`."""
    PORTS_DIFFER = "ports-differ"
    LEAK = "leak"
    """A text gives the design away as code."""
    UNAVAILABLE = "unavailable"
    """The tool that this check needs is not installed."""


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check has to say, for people and for the model."""

    severity: Severity
    code: str
    """Stable name, e.g. 'AssignToNet' or 'port-width'."""
    message: str
    line: int | None = None
    """1-based, in the candidate's text."""
    column: int | None = None
    """1-based."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check's answer about one candidate."""

    check: str
    status: CheckStatus
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    data: Mapping[str, Json] = field(default_factory=dict)
    """What this check measured: cells, trace, k, semantics …; JSON values only."""

    must_answer: bool = False
    """Whether no text is accepted without this check's answer."""
    assurance: Assurance = Assurance.NONE
    """What a yes of this check is worth."""

    @property
    def reason(self) -> Reason:
        """What this verdict alone makes of the candidate: ok, leak, check_failed or unexamined."""
        if self.status is CheckStatus.LEAK:
            return Reason.LEAK
        if self.status in NO:
            return Reason.CHECK_FAILED
        if self.status in NO_ANSWER and self.must_answer:
            return Reason.UNEXAMINED
        return Reason.OK

    @property
    def contradicted(self) -> bool:
        """A proof says no, and a simulation of the same inputs shows no difference."""
        return self.status is CheckStatus.UNCONFIRMED and self.data.get("confirmed") is False

    @property
    def ok(self) -> bool:
        """False where the candidate ends here: the check says no, or nothing though it must answer."""
        return self.reason is Reason.OK

    @property
    def score(self) -> float | None:
        """What this check rates the candidate at, 0 to 1; None where it rates none, or could not."""
        score = self.data.get("score")
        return None if score is None else float(score)

    @property
    def rebuilt(self) -> Mapping[str, int]:
        """How the designs that were built from a text ended: 'proved', 'different' … -> designs."""
        found: Mapping[str, int] = self.data["ended"] if "rebuilds" in self.data else {}
        return found


YES = frozenset({CheckStatus.PASS, CheckStatus.EQUIVALENT})
"""The statuses that say a clear yes to a candidate."""
NO = frozenset({CheckStatus.FAIL, CheckStatus.DIFFERENT, CheckStatus.PORTS_DIFFER, CheckStatus.LEAK})
"""The statuses that say no to a candidate."""
NO_ANSWER = frozenset({CheckStatus.TIMEOUT, CheckStatus.ERROR, CheckStatus.UNAVAILABLE})
"""The statuses that speak of the tool and the machine, not of the candidate."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may know about a candidate's row besides its text."""

    field: str = "verilog"
    """What the candidate is: 'verilog', 'description', 'instruction' or a user's own field."""
    reference: str | None = None
    """Verilog that the candidate must equal, or that a text candidate describes."""
    testbench: str | None = None
    interface: str | None = None
    """A module header that the candidate must have."""
    standard: str = "sv2017"
    """Language: 'v2001', 'v2005' or 'sv2017' (also for an older text that is none: it is found out)."""
    instruction: str | None = None
    """The row's own instruction, where the candidate is the design that it asks for."""
    top: str | None = None
    """The top module's name; None where the text tells."""
    blackboxes: tuple[str, ...] = ()
    """Modules whose inside is not looked at."""
    parts_elsewhere: bool = False
    """The text is one file of several: what it includes is missing, not wrong."""
    files: tuple[tuple[str, str], ...] = ()
    """Name and text of the data that the testbench reads."""
    masked: str | None = None
    """A design with [MASKED] where the candidate's code belongs, or the part that a text is about."""
