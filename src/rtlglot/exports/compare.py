"""Preference pairs from what was tried for one row: samples, and a text with its repairs."""

from __future__ import annotations

from collections.abc import Sequence

from rtlglot.checks.words import in_plain_words
from rtlglot.exports.example import PreferencePair
from rtlglot.exports.history import ExaminedText
from rtlglot.records import NO, YES, CheckStatus, Outcome, Verdict

SAID_YES = YES | {CheckStatus.BOUNDED}
"""What sets a text apart from one to which the same check said no."""


def comparisons(
    prompt: str, tried: Sequence[ExaminedText], outcome: Outcome, *, most: int = 0
) -> tuple[tuple[PreferencePair, ...], list[str]]:
    """Each rejected text with one that passed, and why there is none where there is none.

    Of several that passed its own repair comes first (the two differ least), then the row's text. The
    one chosen got a yes from the very check that said no to the other. `most` 0 gives all pairs.
    """
    passed = [one for one in tried if one.passed]
    rejected = [(one, no) for one in tried if (no := _said_no(one)) is not None]
    if not passed or not rejected:
        return (), ["no text passed" if rejected else "no text was rejected"]
    found: dict[tuple[str, str], PreferencePair] = {}
    unsure = ""
    for bad, no in rejected:
        good = _chosen(bad, no.check, passed, outcome)
        if good is None:
            unsure = f"no text that passed got a yes from {no.check}"
            continue
        pair = PreferencePair(prompt, good.text, bad.text, no.check, in_plain_words(no))
        found.setdefault((good.text, bad.text), pair)
    pairs = tuple(found.values())
    return pairs[: most or len(pairs)], [] if pairs else [unsure]


def _said_no(one: ExaminedText) -> Verdict | None:
    return next((verdict for verdict in one.verdicts if verdict.status in NO), None)


def _chosen(
    bad: ExaminedText, check: str, passed: Sequence[ExaminedText], outcome: Outcome
) -> ExaminedText | None:
    able = [
        one
        for one in passed
        if any(verdict.check == check and verdict.status in SAID_YES for verdict in one.verdicts)
    ]
    return min(
        able,
        key=lambda one: (
            one.attempt.sample != bad.attempt.sample,
            one.text != outcome.text,
            one.attempt.sample,
        ),
        default=None,
    )
