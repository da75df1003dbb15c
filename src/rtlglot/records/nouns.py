"""The nouns of rtlglot: what a row is, what is asked of an engine, what comes of it.

Plain frozen data, and what follows from it alone. Everything else in the package is verbs on these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

Json = Any
"""A value that JSON can hold: None, bool, int, float, str, list or dict of these."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a dataset."""

    id: str
    """Unique in its dataset."""
    fields: Mapping[str, Json]
    """All fields as read, after mapping of names."""
    position: int
    """0-based place in the input."""
    where: str = ""
    """Where a person finds it: 'line 17', 'entry 3', 'fifo.v'."""
    flaw: str = ""
    """Why it cannot be used; '' where it can."""


class Pair(NamedTuple):
    """What a transformation does: from one field to another."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


class Message(NamedTuple):
    """One turn of a chat."""

    role: str
    """'system', 'user' or 'assistant'."""
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an engine draws tokens. All of it is part of a request's identity."""

    max_tokens: int
    """Most tokens of a reply; an engine lowers it to what the context leaves."""
    temperature: float = 0.4
    """0 is greedy."""
    top_p: float = 0.9
    seed: int | None = None
    """Per request; None leaves it to the engine."""
    stop: tuple[str, ...] = ()
    """Texts at which the reply ends, not included in it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What goes to an engine: one chat, one wanted reply."""

    messages: tuple[Message, ...]
    sampling: Sampling
    row_id: str = ""
    """For logs and the scripted engine; not part of the request's identity."""
    sample: int = 0
    """0-based number of this sample of the same chat."""
    attempt: int = 0
    """0 for the first asking; a redo asks again under the next number."""
    key: bytes = b""
    """The request's key in the ledger, set when it is asked; not part of its identity."""


class Finish(StrEnum):
    """Why an engine stopped writing."""

    STOP = "stop"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one request."""

    text: str
    finish: Finish
    prompt_tokens: int | None = None
    """None where the engine does not say."""
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    """Prompt tokens served from the prefix cache."""
    think: str | None = None
    """Reasoning that the engine itself keeps apart from the answer."""
    seconds: float = 0.0
    """From sending to the last token."""


class Status(StrEnum):
    """What a row ended as."""

    ACCEPTED = "accepted"
    """There is a text, no check says no to it, and those that must answer did."""
    REJECTED = "rejected"
    """There is a text, and it ended at a check."""
    FAILED = "failed"
    """There is no usable text."""


class Reason(StrEnum):
    """Why a row ended as it did. The closed list; docs/reasons.md explains each to users."""

    OK = "ok"
    """accepted: nothing to complain about."""
    CHECK_FAILED = "check_failed"
    """rejected: a check said no; its verdict has the findings."""
    LEAK = "leak"
    """rejected: a text that shall describe a design gives it away as code."""
    UNEXAMINED = "unexamined"
    """rejected: a check that must answer gave no answer (a time limit, a crash of its tool)."""
    DISPUTED = "disputed"
    """rejected: two checks contradict each other, one with a proof and one with a simulation."""
    MISSING_FIELD = "missing_field"
    """failed: the row lacks a field that the prompt needs; no request was sent."""
    NOT_UNICODE = "not_unicode"
    """failed: the row holds half of a surrogate pair or bytes that are not UTF-8; no request was sent."""
    PROMPT_ERROR = "prompt_error"
    """failed: the prompt template could not be rendered for this row; no request was sent."""
    PROMPT_TOO_LONG = "prompt_too_long"
    """failed: the prompt leaves no room in the model's context; no request was sent."""
    BAD_REQUEST = "bad_request"
    """failed: the engine refused the request for this row as invalid."""
    TRUNCATED = "truncated"
    """failed: the reply hit max_tokens before the wanted text was complete."""
    EMPTY = "empty"
    """failed: the reply holds no text (or only reasoning)."""
    REFUSED = "refused"
    """failed: the model declined to do the task."""
    NO_MODULE = "no_module"
    """failed: Verilog was wanted and the reply holds no module."""
    ECHO = "echo"
    """failed: the reply only repeats the prompt or its input."""
    ENGINE_ERROR = "engine_error"
    """failed: the engine gave an error for this row alone, again and again."""
    POISON = "poison"
    """failed: the engine died each time this row was in flight, also when it was alone."""


class Assurance(StrEnum):
    """The strongest thing that said yes to a text, from the weakest to the strongest."""

    NONE = "none"
    """Nothing was asked, or nothing answered."""
    READ = "read"
    """It is clean text of its kind, or Verilog that elaborates; no check contradicts it."""
    SYNTHESISED = "synthesised"
    """It can be built from cells."""
    TESTED = "tested"
    """It passed a testbench that tells right designs from wrong ones."""
    REBUILT = "rebuilt"
    """A text: a model that was given nothing else built the design again, and that was proved."""
    PROVED = "proved"
    """It is formally equivalent to its reference."""

    @property
    def rank(self) -> int:
        """0 for the weakest; to compare by."""
        return _RANKS[self]

    @property
    def told(self) -> str:
        """For people: 'proved', 'not contradicted'."""
        return {Assurance.NONE: "nothing vouched for", Assurance.READ: "not contradicted"}.get(
            self, self.value
        )


_RANKS = {assurance: rank for rank, assurance in enumerate(Assurance)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One text taken out of a reply, or the reason why there is none."""

    text: str | None
    reason: Reason = Reason.OK
    detail: str = ""
    """One sentence for people, where reason is not ok."""
    think: str | None = None
    """Reasoning found in the reply's text."""
    notes: tuple[str, ...] = ()
    """What was cleaned away: 'fence', 'prefix', 'think' …"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One asking within a row's history: which reply, what came of it."""

    request: bytes
    """Key of the request in the ledger."""
    sample: int
    attempt: int
    reason: Reason
    verdicts: tuple[bytes, ...] = ()
    """Keys of the verdicts in the ledger, in the order of the ladder."""
    repair: int = 0
    """0 for the first text, n for the n-th repair."""
    text: bytes = b""
    """Key of the candidate's text in the ledger; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row ended as."""

    id: str
    status: Status
    reason: Reason
    text: str | None = None
    """The accepted text, or the last one that was rejected."""
    detail: str = ""
    """One sentence for people: what was wrong and where."""
    texts: tuple[str, ...] = ()
    """All accepted samples, where all were asked for."""
    think: str | None = None
    attempts: tuple[Attempt, ...] = ()
    prompt_tokens: int = 0
    """Tokens of all askings of this row that this outcome rests on."""
    completion_tokens: int = 0
    assurance: Assurance = Assurance.NONE
    """The strongest thing that said yes to its text."""


PARTS_MANIFEST = "_manifest.json"
"""In a folder of part files, what a run on a cluster gives: what they have in common."""
PARTS_KEY = "rtlglot_key"
"""The column of a part that says of which row, content and recipe an outcome is, in hex."""
