"""From what a testbench says of a candidate, and of designs known to be right or broken, to an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rtlglot.tools.simulator.controls import FEW, FOR_SURE, Control, Controls
from rtlglot.tools.simulator.transcript import Heard


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer about one candidate."""

    status: str
    """'pass', 'fail' or 'unsupported'."""
    by: str
    """'controls': it spoke of it exactly as of the reference, or of nothing broken; 'words': its words
    decided, whose meaning the controls confirm."""
    code: str = ""
    lines: tuple[str, ...] = ()
    """What there is to say, for people."""
    let_through: tuple[str, ...] = ()
    """Broken designs of which the testbench spoke as of a right one."""


def decide(heard: Heard, controls: Controls, testbench: str) -> Decision:
    """What the testbench's words mean for the candidate of which they were `heard`."""
    if controls.reference is not None:
        decision = _beside_reference(heard, controls.reference, controls.broken)
        if decision.status == "fail" and controls.races and not controls.late.judgement.passed:  # type: ignore[union-attr]
            text = (
                "this testbench fails the reference too, behind a buffer of its inputs: its no tells nothing"
            )
            return Decision("unsupported", "controls", "racing-testbench", (text, *decision.lines))
        return decision
    return _alone(heard, controls.broken, testbench)


def by_words(heard: Heard) -> Decision:
    """What the words say, where no controls are wanted."""
    status = {True: "pass", False: "fail", None: None}[heard.judgement.passed]
    if status is None:
        return _no_answer(heard, "neither that it passed nor that it failed")
    return Decision(status, "words", "testbench", () if status == "pass" else heard.judgement.lines)


def _beside_reference(heard: Heard, right: Heard, broken: Sequence[Control]) -> Decision:
    if right.judgement.passed is False:
        lines = ("the testbench speaks of a failure for the reference itself", *right.judgement.lines)
        return Decision("unsupported", "controls", "fails-reference", lines)
    same = [control for control in broken if control.heard.digest == right.digest]
    if weak := _weak(same, broken):
        return weak
    if heard.digest == right.digest:
        return Decision("pass", "controls", let_through=_names(same))
    if right.judgement.passed is None:
        return _by_lines(heard, right, broken)
    passing = [control for control in broken if control.heard.judgement.passed]
    judged = _steady(heard, [right])
    if judged is None:
        judged = heard.judgement.passed
    if judged is False:
        return Decision("fail", "words", "testbench", heard.judgement.lines)
    if judged is None:
        lines = ("it does not say of it what it says of the reference", *right.judgement.lines)
        return Decision("fail", "words", "testbench", lines)
    if weak := _weak(passing, broken):
        return weak
    mine, its = heard.judgement, right.judgement
    if (mine.score or 0) < (its.score or 0) or mine.goods < its.goods:
        lines = ("it says fewer good things than of the reference", *mine.lines)
        return Decision("fail", "words", "testbench", lines)
    return Decision("pass", "words", let_through=_names(passing))


def _alone(heard: Heard, broken: Sequence[Control], testbench: str) -> Decision:
    judgement = heard.judgement
    unsteady = _steady(heard, [control.heard for control in broken])
    if judgement.passed is False or unsteady is False:
        return Decision("fail", "words", "testbench", judgement.lines)
    if judgement.passed is None:
        return _special(heard, broken)
    if judgement.score is not None and (open_ := _open_score(heard, broken, testbench)):
        return open_
    passing = [c for c in broken if c.heard.judgement.passed and not _scores_less(c.heard, heard)]
    return _weak(passing, broken) or Decision("pass", "words", let_through=_names(passing))


def _weak(through: Sequence[Control], broken: Sequence[Control]) -> Decision | None:
    """Where a testbench lets an empty module pass, or nearly all that is broken."""
    names = _names(through)
    mutants = [control for control in broken if control.name not in FOR_SURE]
    passing = [name for name in names if name not in FOR_SURE]
    if "empty" in names:
        text = "this testbench lets an empty module pass too, so that it passed tells nothing"
    elif not broken:
        text = "no broken design could be played under this testbench, so that it passed tells nothing"
    elif set(FOR_SURE[1:]) <= set(names) or len(mutants) - len(passing) < min(FEW, len(mutants) / 3):
        text = f"this testbench lets {len(through)} of {len(broken)} broken designs pass: "
        text += "; ".join(names[:5])
    else:
        return None
    return Decision("unsupported", "controls", "weak-testbench", (text,), names)


def _names(controls: Sequence[Control]) -> tuple[str, ...]:
    return tuple(control.name for control in controls)


def _steady(heard: Heard, others: Sequence[Heard]) -> bool | None:
    """False where a line that might say 'no failure' tells of one in case 0: a summary comes equally
    often whatever the design. None where there is no such line."""
    for pattern, number in heard.judgement.zeros:
        for other in others:
            if other.ended == "ok" and dict(other.patterns).get(pattern, 0) != number:
                return False
    return None


def _scores_less(one: Heard, other: Heard) -> bool:
    mine, its = one.judgement.score, other.judgement.score
    return its is not None and (mine or 0) < its


def _open_score(heard: Heard, broken: Sequence[Control], testbench: str) -> Decision | None:
    """A count of good things that does not say of how many. Where a broken design is given more, it is
    not full; where the number is none of the testbench's text, nothing says that it is."""
    score = heard.judgement.score or 0
    better = [control for control in broken if (control.heard.judgement.score or 0) > score]
    if better:
        lines = (*heard.judgement.lines, f"a changed design ({better[0].name}) is given more than that")
        return Decision("fail", "words", "testbench", lines)
    numbers = {int(number) for number in re.findall(r"(?<![\w'])\d{1,9}(?![\w'])", testbench)}
    if not numbers & {score, score - 1} or score < 2:
        lines = ("the testbench counts what is right and does not say of how many", *heard.judgement.lines)
        return Decision("unsupported", "words", "no-answer", lines)
    return None


def _by_lines(heard: Heard, right: Heard, broken: Sequence[Control]) -> Decision:
    """No word is known: the lines that only the reference gets, and those that only broken designs get."""
    wrong = frozenset[int]().union(*(control.heard.lines for control in broken)) - right.lines
    special = right.lines - frozenset[int]().union(*(control.heard.lines for control in broken))
    if special and special <= heard.lines and not heard.lines & wrong:
        return Decision("pass", "controls")
    as_of = [control.name for control in broken if control.heard.digest == heard.digest]
    if as_of and special:
        return Decision(
            "fail", "controls", "testbench", (f"it says of it exactly what it says of: {as_of[0]}",)
        )
    if not special & heard.lines and heard.lines & wrong:
        return Decision("fail", "controls", "testbench", ("it says of it what it says of broken designs",))
    return _no_answer(heard, "of it what it says neither of the reference nor of broken designs")


def _special(heard: Heard, broken: Sequence[Control]) -> Decision:
    """No word is known and there is no reference: it passes where all broken designs get the same line,
    and it gets another one instead; or where each of them is told a failure, and it is told none."""
    ended = [control.heard for control in broken if control.heard.ended == "ok"]
    if len(ended) > 4 and heard.ended == "ok":
        if len(ended) == len(broken) and all(other.judgement.passed is False for other in ended):
            return Decision("pass", "words")
        common = frozenset[int].intersection(*(other.lines for other in ended)) - heard.lines
        union = frozenset[int]().union(*(other.lines for other in ended))
        mine = heard.lines - union
        if common and len(mine) == 1:
            return Decision("pass", "controls")
    return _no_answer(heard, "neither that it passed nor that it failed")


def _no_answer(heard: Heard, what: str) -> Decision:
    last = heard.judgement.lines[-1] if heard.judgement.lines else "nothing"
    return Decision(
        "unsupported", "controls", "no-answer", (f"the testbench says {what}; its last words: {last}",)
    )
