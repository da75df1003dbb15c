"""Up the ladder: the checks' verdicts on one text, remembered in the ledger."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

from rtlglot.checks import Check
from rtlglot.checks.ladder import skipped
from rtlglot.errors import RtlglotError
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import verdict_key
from rtlglot.records import CheckStatus, Context, Finding, Severity, Verdict
from rtlglot.sandbox import Box

log = logging.getLogger("rtlglot")

OF_THE_MACHINE = frozenset({CheckStatus.ERROR, CheckStatus.TIMEOUT, CheckStatus.UNAVAILABLE})
"""Statuses that speak of the machine and not of the text: asked again next time."""
SLOW_PER_CORE = 2
"""Slow checks begun at once: one at work, one whose tools are just changing."""
NOT_ASKED = "not-asked"
"""Code of the finding where a run was stopped before a check was asked."""


class Examine:
    """Asks each check in turn and stops at the first that says no."""

    def __init__(self, ledger: Ledger, checks: Sequence[Check], box: Box | None) -> None:
        self._ledger = ledger
        self._checks = [(check, check.identity()) for check in checks]
        self._box = box
        self._slow = _few_at_once()

    async def __call__(self, text: str, context: Context) -> tuple[tuple[Verdict, bytes], ...]:
        """Verdicts with their keys in the ledger, in the order of the ladder."""
        verdicts = []
        for check, identity in self._checks:
            if not check.applies(context):
                continue
            key = verdict_key(text, identity, context)
            verdict = self._ledger.verdict(key)
            if verdict is None or verdict.status in OF_THE_MACHINE:
                assert self._box is not None  # run makes one whenever there are checks
                async with self._slow if getattr(check, "slow", False) else contextlib.nullcontext():
                    verdict = await sound_verdict(check, text, context, self._box)
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
                verdict = known or skipped(check.name, "not asked yet: the run was stopped", NOT_ASKED)
            verdicts.append(verdict)
            stopper = stopper or ("" if verdict.ok else check.name)
        return tuple(verdicts)


def _few_at_once() -> asyncio.Semaphore:
    return asyncio.Semaphore(SLOW_PER_CORE * (os.cpu_count() or 1))


async def sound_verdict(check: Check, text: str, context: Context, box: Box) -> Verdict:
    """The check's verdict, as it can be kept: an error where the check itself breaks over a text.

    Raises only what concerns all texts: no sandbox can be started, the ledger cannot be written.
    """
    try:
        verdict = await check.check(text, context, box)
        return dataclasses.replace(
            verdict,
            findings=tuple(dataclasses.replace(f, message=_sound(f.message)) for f in verdict.findings),
            data=_sound(dict(verdict.data)),
        )
    except RtlglotError:
        raise
    except Exception as error:  # one text must not end the run: it costs its own row a verdict
        log.exception("the check %r broke over a text; this is a bug of the check", check.name)
        said = f"the check itself broke ({type(error).__name__}); the log has more"
        return Verdict(check.name, CheckStatus.ERROR, (Finding(Severity.NOTE, "check-broke", said),))


def _sound(value: Any) -> Any:
    """JSON values with what no file can hold (half of a surrogate pair) as question marks."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {str(_sound(key)): _sound(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_sound(item) for item in value]
    return value


class Proof:
    """Whether two designs are formally equivalent, remembered in the ledger."""

    def __init__(self, ledger: Ledger, check: Check, box: Box, standard: str) -> None:
        """`check` is one that compares a text with its context's reference."""
        self._ledger = ledger
        self._check = check
        self._identity = check.identity()
        self._box = box
        self._standard = standard
        self._slow = _few_at_once()

    async def __call__(self, reference: str, text: str) -> bool:
        """True only where it is proved."""
        context = Context(reference=reference, standard=self._standard)
        key = verdict_key(text, self._identity, context)
        verdict = self._ledger.verdict(key)
        if verdict is None or verdict.status in OF_THE_MACHINE:
            async with self._slow:
                verdict = await sound_verdict(self._check, text, context, self._box)
            self._ledger.save_verdict(key, verdict)
        return verdict.status is CheckStatus.EQUIVALENT
