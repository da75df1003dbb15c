"""The ladder: which checks, in which order, and the climb up to the first that is not ok."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from rtlglot.checks import CHECKS, VERILOG_ONLY, Check
from rtlglot.errors import UsageError
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.registry import did_you_mean
from rtlglot.sandbox import Box

Ask = Callable[[Check], Awaitable[Verdict]]


def ladders() -> dict[str, tuple[str, ...]]:
    """Rungs from the cheapest to the dearest, for each kind of field that has any."""
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(CHECKS, key=_rank):
        for field in CHECKS.load(name).fields:
            found[field] = (*found.get(field, ()), name)
    return found


def _rungs(field: str) -> tuple[str, ...]:
    """The ladder of one field. For a text it loads no prover, which takes longer than a small job."""
    names = [name for name in CHECKS if field == "verilog" or name not in VERILOG_ONLY]
    return tuple(name for name in sorted(names, key=_rank) if field in _class(name).fields)


def ladder(
    rungs: str,
    target: str = "verilog",
    options: Mapping[str, Mapping[str, Json]] | None = None,
    *,
    strict: bool = False,
    coverage: float = 0.0,
) -> tuple[Check, ...]:
    """The checks that `rungs` names, in the order in which they are asked.

    `rungs` is 'default' (the whole ladder of the field `target` but for what asks an engine; what a row
    lacks the field for is not asked), 'none', one rung (it and all below it) or a comma list of exactly
    those wanted, one name with a comma behind it too. A name may be a user's own 'package.module:Check'.
    `options` has each check's own; `strict` and `coverage` set the option of that name in the checks that
    have it, where `options` does not say otherwise.

    Raises UsageError for an unknown name, two of the same name and options without a check.
    """
    names = _names(rungs, target)
    options = options or {}
    for name in options:
        if name not in names:
            known = did_you_mean(name, list(names)) if names else "no checks are asked for"
            raise UsageError(f"options are given for the check {name!r}, which is not asked for", hint=known)
    wanted = {"strict": strict, "coverage": coverage}
    made = tuple(_made(name, options.get(name, {}), wanted) for name in names)
    for number, check in enumerate(made):
        if check.name in {earlier.name for earlier in made[:number]}:
            raise UsageError(f"two of the checks {rungs!r} call themselves {check.name!r}")
    return made


def for_scores(rungs: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the checks that `rungs` names where verdicts are all that is wanted: no shortest
    difference is looked for, unless `options` say otherwise."""
    able = [name for name in _names(rungs, "verilog") if _class(name).shortest]
    return {**options, **{name: {"shortest": False, **options.get(name, {})} for name in able}}


def kind_of(field: str, rungs: str) -> str:
    """What a field holds, whatever it is called: where that is not known, what the first rung that is
    asked for examines; 'verilog' where that does not tell."""
    first = rungs.partition(",")[0].strip()
    known = bool(_rungs(field))
    if known or first in ("", "default", "none"):
        return field if known else "verilog"
    return str(_class(first).fields[0])


def _class(name: str) -> type[Check]:
    check: type[Check] = CHECKS.load(name)
    if Check not in getattr(check, "__mro__", ()):
        hint = "inherit it: what the class does not declare has a default there"
        raise UsageError(f"the check {name!r} is no rtlglot.checks.Check", hint=hint)
    return check


def _rank(name: str) -> int:
    return _class(name).rank


def _made(name: str, options: Mapping[str, Json], wanted: Mapping[str, Json]) -> Check:
    check = _class(name)
    has = {"strict": check.strict, "coverage": check.coverage}
    return check({**{option: value for option, value in wanted.items() if value and has[option]}, **options})


def _names(rungs: str, target: str) -> tuple[str, ...]:
    asked = list(dict.fromkeys(name.strip() for name in rungs.split(",") if name.strip()))
    if asked == ["none"] or not asked:
        return ()
    if asked == ["default"]:
        return tuple(name for name in _rungs(target) if _class(name).wants is None)
    order = _rungs(kind_of(target, asked[0]))
    if len(asked) == 1 and asked[0] in order and "," not in rungs:
        return order[: order.index(asked[0]) + 1]
    return tuple(sorted(asked, key=_rank))


async def climb(checks: Sequence[Check], context: Context, ask: Ask) -> list[Verdict]:
    """A verdict for every check, by `ask`; those after the first that is not ok, and those that lack
    what they need, are skipped.

    Of the checks that hold a text against something of its row (a reference, a testbench) all are asked,
    also where one says no: another one may contradict it.
    """
    verdicts: list[Verdict] = []
    stopper: Check | None = None
    for check in checks:
        if stopper and not (vouches(stopper) and vouches(check)):
            verdicts.append(skipped(check.name, f"it ended at '{stopper.name}'"))
        elif not check.applies(context):
            verdicts.append(skipped(check.name, "the row lacks what this check needs"))
        else:
            verdict = await ask(check)
            verdicts.append(verdict)
            stopper = stopper or (None if verdict.ok else check)
    return verdicts


def vouches(one: Check | Verdict) -> bool:
    """Whether a check holds texts against something of their row: its yes and its no weigh more."""
    return one.assurance.rank >= Assurance.TESTED.rank


def stamped(
    check: Check,
    verdict: Verdict,
    findings: tuple[Finding, ...] | None = None,
    data: Mapping[str, Json] | None = None,
) -> Verdict:
    """A check's verdict with what the check declares of itself, and with other findings or data."""
    return Verdict(
        check.name,
        verdict.status,
        verdict.findings if findings is None else findings,
        verdict.seconds,
        verdict.data if data is None else data,
        check.must_answer,
        check.assurance,
    )


def proving(options: Mapping[str, Mapping[str, Json]]) -> Check:
    """The check whose yes is a proof, made with its options of these."""
    name = next(name for name in _rungs("verilog") if _class(name).assurance is Assurance.PROVED)
    return _class(name)(options.get(name, {}))


def asking(text: str, context: Context, box: Box) -> Ask:
    """Asks each check anew: for a climb without a ledger."""

    async def ask(check: Check) -> Verdict:
        return stamped(check, await check.check(text, context, box))

    return ask


def skipped(check: str, why: str, code: str = "skipped") -> Verdict:
    """The verdict of a check that was not asked."""
    return Verdict(check, CheckStatus.SKIPPED, (Finding(Severity.NOTE, code, why),))
