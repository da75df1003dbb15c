"""The ladder: which checks, in which order, and the climb up to the first that says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rtlglot.checks import CHECKS, Check
from rtlglot.errors import UsageError
from rtlglot.records import CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.registry import did_you_mean
from rtlglot.sandbox import Box

LADDERS = {
    "verilog": ("screen", "syntax", "elaborate", "interface", "synth", "equivalence", "testbench"),
    "description": ("wording", "fidelity"),
    "instruction": ("wording", "fidelity"),
}
"""Rungs from the cheapest to the dearest, for each field that has any."""

DEFAULTS = {"verilog": "equivalence", "description": "fidelity", "instruction": "fidelity"}
"""The highest rung where the user names none."""


def ladder(
    rungs: str, target: str = "verilog", options: Mapping[str, Mapping[str, Json]] | None = None
) -> tuple[Check, ...]:
    """The checks that `rungs` names, in the order in which they are asked.

    `rungs` is 'default' (what fits the field `target`), 'none', one rung (it and all below it) or a
    comma list of exactly those wanted. A name may be a user's own 'package.module:Check'. `options`
    has each check's own. Raises UsageError for an unknown name and for options without a check.
    """
    names = _names(rungs, target)
    options = options or {}
    for name in options:
        if name not in names:
            known = did_you_mean(name, list(names)) if names else "no checks are asked for"
            raise UsageError(f"options are given for the check {name!r}, which is not asked for", hint=known)
    return tuple(CHECKS.load(name)(options.get(name, {})) for name in names)


def _names(rungs: str, target: str) -> tuple[str, ...]:
    known = tuple(name for name in LADDERS.get(target, ()) if name in CHECKS)
    asked = [name.strip() for name in rungs.split(",") if name.strip()]
    if asked == ["none"] or not asked:
        return ()
    if asked == ["default"]:
        top = DEFAULTS.get(target)
        asked = [name for name in LADDERS.get(target, ()) if name == top] or list(known[-1:])
    if len(asked) == 1 and asked[0] in LADDERS.get(target, ()):
        order = LADDERS[target]
        return tuple(name for name in order[: order.index(asked[0]) + 1] if name in CHECKS)
    places = {name: place for place, name in enumerate(known)}
    return tuple(sorted(dict.fromkeys(asked), key=lambda name: places.get(name, len(places))))


async def climb(checks: Sequence[Check], text: str, context: Context, box: Box) -> list[Verdict]:
    """A verdict for every check; those after the first that says no, and those that lack what they
    need, are skipped."""
    verdicts: list[Verdict] = []
    stopper = ""
    for check in checks:
        if stopper:
            verdicts.append(skipped(check.name, f"'{stopper}' said no"))
        elif not check.applies(context):
            verdicts.append(skipped(check.name, "the row lacks what this check needs"))
        else:
            verdict = await check.check(text, context, box)
            verdicts.append(verdict)
            stopper = "" if verdict.ok else check.name
    return verdicts


def skipped(check: str, why: str) -> Verdict:
    """The verdict of a check that was not asked."""
    return Verdict(check, CheckStatus.SKIPPED, (Finding(Severity.NOTE, "skipped", why),))
