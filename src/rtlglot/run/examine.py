"""Up the ladder: the checks' verdicts on one text, remembered in the ledger."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from rtlglot.checks import Check
from rtlglot.checks.ladder import climb, skipped, stamped
from rtlglot.errors import RtlglotError
from rtlglot.formats.values import sound
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import canonical, verdict_key
from rtlglot.records import NO_ANSWER, CheckStatus, Context, Finding, Severity, Verdict
from rtlglot.sandbox import Box

log = logging.getLogger("rtlglot")

SLOW_PER_CORE = 2
"""Slow checks begun at once: one at work, one whose tools are just changing."""
NOT_ASKED = "not-asked"
"""Code of the finding where a run was stopped before a check was asked."""


class Verdicts(Protocol):
    """Remembers verdicts, as a ledger does."""

    def verdict(self, key: bytes) -> Verdict | None:
        """The one given earlier, if there is one."""

    def save_verdict(self, key: bytes, verdict: Verdict) -> object:
        """Remember one."""


class Examine:
    """Climbs the ladder with each text, asking only what the ledger does not know yet."""

    def __init__(
        self,
        ledger: Verdicts,
        checks: Sequence[Check],
        box: Box | None,
        at: Callable[[str], AbstractContextManager[None]] = lambda _: contextlib.nullcontext(),
        round_: int = 0,
    ) -> None:
        """`at` hears which slow check a text is put through now. What asks an engine is asked anew in each
        redo round."""
        self._ledger = ledger
        self._checks = checks
        self._identities = {
            check.name: canonical(
                {**check.identity(), **({"round": round_} if round_ and check.wants else {})}
            )
            for check in checks
        }
        self._box = box
        self._at = at
        self._slow = asyncio.Semaphore(SLOW_PER_CORE * (os.cpu_count() or 1))

    async def __call__(self, text: str, context: Context) -> tuple[tuple[Verdict, bytes], ...]:
        """The verdicts of the checks that were asked, with their keys in the ledger."""
        keys: dict[str, bytes] = {}

        async def ask(check: Check) -> Verdict:
            key = keys[check.name] = self._key(check, text, context)
            verdict = self._ledger.verdict(key)
            if verdict is None or verdict.status in NO_ANSWER:  # it may get one this time
                assert self._box is not None  # run makes one whenever there are checks
                if check.slow:
                    async with self._slow:
                        with self._at(check.name):
                            verdict = await sound_verdict(check, text, context, self._box)
                else:
                    verdict = await sound_verdict(check, text, context, self._box)
                self._ledger.save_verdict(key, verdict)
            return verdict

        verdicts = await climb(self._checks, context, ask)
        return tuple((verdict, keys[verdict.check]) for verdict in verdicts if verdict.check in keys)

    async def recall(self, text: str, context: Context) -> tuple[Verdict, ...]:
        """The verdicts in the ledger, one for every check: those that were not asked are skipped."""

        async def ask(check: Check) -> Verdict:
            known = self._ledger.verdict(self._key(check, text, context))
            return known or skipped(check.name, "not asked yet: the run was stopped", NOT_ASKED)

        return tuple(await climb(self._checks, context, ask))

    def _key(self, check: Check, text: str, context: Context) -> bytes:
        return verdict_key(text, self._identities[check.name], context)


async def sound_verdict(check: Check, text: str, context: Context, box: Box) -> Verdict:
    """The check's verdict, as it can be kept: an error where the check itself breaks over a text.

    Raises only what concerns all texts: no sandbox can be started, the ledger cannot be written.
    """
    try:
        verdict = await check.check(text, context, box)
        findings = tuple(
            f if f.message.isascii() else dataclasses.replace(f, message=sound(f.message, "replace"))
            for f in verdict.findings
        )
        return stamped(check, verdict, findings, sound(dict(verdict.data), "replace"))
    except RtlglotError:
        raise
    except Exception as error:  # one text must not end the run: it costs its own row a verdict
        log.exception("the check %r broke over a text; this is a bug of the check", check.name)
        return broken(check, f"the check itself broke ({type(error).__name__}); the log has more")


def broken(check: Check, said: str) -> Verdict:
    """The verdict of a check that came to no end over a text."""
    finding = Finding(Severity.NOTE, "check-broke", said)
    return stamped(check, Verdict(check.name, CheckStatus.ERROR, (finding,)))


class Proof:
    """Whether two designs are formally equivalent, remembered in the ledger."""

    def __init__(self, ledger: Ledger, check: Check, box: Box, standard: str) -> None:
        """`check` is one that compares a text with its context's reference."""
        self._examine = Examine(ledger, [check], box)
        self._standard = standard

    async def __call__(self, reference: str, text: str) -> bool:
        """True only where it is proved."""
        examined = await self._examine(text, Context(reference=reference, standard=self._standard))
        return any(verdict.status is CheckStatus.EQUIVALENT for verdict, _ in examined)
