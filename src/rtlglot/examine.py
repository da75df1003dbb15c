"""Up the ladder: the checks' verdicts on one text, remembered in the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from rtlglot.checks import Check
from rtlglot.checks.ladder import skipped
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import verdict_key
from rtlglot.records import CheckStatus, Context, Verdict
from rtlglot.sandbox import Box

PASSING = frozenset({CheckStatus.ERROR, CheckStatus.TIMEOUT, CheckStatus.UNAVAILABLE})
"""Statuses that speak of the machine and not of the text: asked again next time."""


class Examine:
    """Asks each check in turn and stops at the first that says no."""

    def __init__(self, ledger: Ledger, checks: Sequence[Check], box: Box | None) -> None:
        self._ledger = ledger
        self._checks = [(check, check.identity()) for check in checks]
        self._box = box

    async def __call__(self, text: str, context: Context) -> tuple[tuple[Verdict, bytes], ...]:
        """Verdicts with their keys in the ledger, in the order of the ladder."""
        verdicts = []
        for check, identity in self._checks:
            if not check.applies(context):
                continue
            key = verdict_key(text, identity, context)
            verdict = self._ledger.verdict(key)
            if verdict is None or verdict.status in PASSING:
                assert self._box is not None  # run makes one whenever there are checks
                verdict = await check.check(text, context, self._box)
                self._ledger.save_verdict(key, verdict)
            verdicts.append((verdict, key))
            if not verdict.ok:
                break
        return tuple(verdicts)

    def recall(self, text: str, context: Context) -> tuple[Verdict, ...]:
        """The verdicts in the ledger, one for every check: those that were not asked are skipped."""
        verdicts: list[Verdict] = []
        stopper = ""
        for check, identity in self._checks:
            if stopper:
                verdict = skipped(check.name, f"'{stopper}' said no")
            elif not check.applies(context):
                verdict = skipped(check.name, "the row lacks what this check needs")
            else:
                known = self._ledger.verdict(verdict_key(text, identity, context))
                verdict = known or skipped(check.name, "not asked yet: the run was stopped")
            verdicts.append(verdict)
            stopper = stopper or ("" if verdict.ok else check.name)
        return tuple(verdicts)


class Proof:
    """Whether two designs are formally equivalent, remembered in the ledger."""

    def __init__(self, ledger: Ledger, check: Check, box: Box) -> None:
        """`check` is one that compares a text with its context's reference."""
        self._ledger = ledger
        self._check = check
        self._identity = check.identity()
        self._box = box

    async def __call__(self, reference: str, text: str) -> bool:
        """True only where it is proved."""
        context = Context(reference=reference)
        key = verdict_key(text, self._identity, context)
        verdict = self._ledger.verdict(key)
        if verdict is None or verdict.status in PASSING:
            verdict = await self._check.check(text, context, self._box)
            self._ledger.save_verdict(key, verdict)
        return verdict.status is CheckStatus.EQUIVALENT
