"""Every error rtlglot raises on purpose, in one tree.

    RtlglotError
    ├── UsageError            the command or the library call was wrong          exit 2
    │   ├── InputError        a dataset cannot be read as asked: file, row, field
    │   │   └── DuplicateId   two of its rows have the same id
    │   ├── OutputError       a file cannot be written
    │   └── ConfigError       the engine cannot be set up as asked (unknown model, does not fit)
    ├── LedgerError           the ledger is in use, damaged or of another version  exit 2
    ├── RowError              this row has no usable text; settled, never retried
    ├── TransientError        try again later (429, 5xx, time-outs)
    ├── EngineDead            the engine died under its rows; restart, requeue
    ├── EngineLost            the engine cannot be brought back                   exit 3
    ├── Unanswered            no answer for this row yet; it stays pending
    └── BudgetSpent           the money for this run is used up; resumable        exit 75

A message says what was tried, what came back and what to do; `hint` is the one line that tells a person
what to do next.
"""

from __future__ import annotations

from rtlglot.records import Reason


class RtlglotError(Exception):
    """Base of all errors raised on purpose."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(RtlglotError):
    """A flag, an option or an argument is wrong."""


class InputError(UsageError):
    """A dataset cannot be read: names the file and, where known, the row and the field."""

    def __init__(
        self, message: str, *, file: str = "", row: str = "", field: str = "", hint: str = ""
    ) -> None:
        place = ", ".join(part for part in (file, row, f"field {field!r}" if field else "") if part)
        super().__init__(f"{place}: {message}" if place else message, hint=hint)
        self.file, self.row, self.field = file, row, field


class DuplicateId(InputError):
    """Two rows of a dataset have the same id."""


class OutputError(UsageError):
    """A file cannot be written: no permission, no space, no such folder."""


class ConfigError(UsageError):
    """The engine cannot be set up as asked; no row would succeed."""


class LedgerError(RtlglotError):
    """The ledger is in use by another process, damaged, or of another version."""


class RowError(RtlglotError):
    """One row's failure. It becomes the row's outcome and never passes through the loop."""

    def __init__(self, reason: Reason, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason

    def __reduce__(self) -> tuple[type[RowError], tuple[Reason, str]]:
        return RowError, (self.reason, str(self))


class TransientError(RtlglotError):
    """The endpoint asks for patience; the same request may succeed later."""

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        overload: bool = False,
        nonsense: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.overload = overload
        """True for 429 and 503: the engine has too much to do, so fewer requests should be in flight."""
        self.nonsense = nonsense
        """It answers, and what it says is no reply: time seldom heals that."""


class EngineDead(RtlglotError):
    """The engine died with this request in flight.

    `heals` is True where the engine restarts the dead part by itself (one of several replicas);
    otherwise the supervisor closes and starts the whole engine.
    """

    exit_code = 3

    def __init__(self, message: str, *, heals: bool = False) -> None:
        super().__init__(message)
        self.heals = heals


class EngineLost(RtlglotError):
    """The engine cannot be started or brought back; the run stops and stays resumable."""

    exit_code = 3


class BudgetSpent(RtlglotError):
    """The next request could pass `max_cost`, or the account is empty; the run stays resumable."""

    exit_code = 75


class Unanswered(RtlglotError):
    """There is no answer to this request yet (a batch file that is still to be served)."""

    exit_code = 75


def printable(text: str) -> str:
    """A text for a terminal or a log: what either would act on, and half a surrogate pair, as escapes."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
