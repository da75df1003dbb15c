"""From the verdicts on a text to what becomes of it: the one place that says accepted or not.

A text ends at a check that says no, at one that must answer and does not, and where a row brings
something to hold it against (a reference, a testbench) and nothing that does so said yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rtlglot.checks import Check
from rtlglot.checks.ladder import vouches
from rtlglot.checks.words import in_plain_words
from rtlglot.errors import UsageError
from rtlglot.records import NO, YES, Assurance, Context, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """What its verdicts make of a text."""

    reason: Reason
    """OK: it is accepted."""
    assurance: Assurance
    """The strongest yes."""
    detail: str = ""
    """For people, where it is not accepted."""
    send_back: Verdict | None = None
    """What the model may mend it by."""
    kept: bool = False
    """It was cut, and is taken as it is."""

    @property
    def accepted(self) -> bool:
        """Nothing is in its way."""
        return self.kept or self.reason is Reason.OK


class Judge:
    """Judges texts by the verdicts of the checks that a run asks."""

    def __init__(self, checks: Sequence[Check], require: str = "auto") -> None:
        """`require` is the least assurance with which a text is accepted; 'auto' is TESTED where the row
        brings a reference or a testbench, else none. Raises UsageError where no check can reach it."""
        self._checks = checks
        self._bar = bar = None if require == "auto" else Assurance(require)
        if bar and not any(check.assurance.rank >= bar.rank for check in checks):
            raise UsageError(
                f"require is {require!r}, and no check that is asked for can say that",
                hint="ask for more with --check, or for less with --require",
            )

    def __call__(self, verdicts: Sequence[Verdict], context: Context) -> Judgement:
        """What becomes of a text of a row, of which `context` tells."""
        yes = max((v.assurance for v in verdicts if v.status in YES), key=_rank, default=Assurance.NONE)
        ended = next((v for v in verdicts if not v.ok), None)
        if ended is None:
            if Assurance.TESTED is yes and any(v.contradicted for v in verdicts):
                # the testbench is a simulation too, and may err in the same way
                return Judgement(Reason.DISPUTED, yes, _both_sides(verdicts))
            return self._held_against(verdicts, context, yes)
        if vouches(ended) and yes.rank >= Assurance.TESTED.rank:
            # A proof outweighs a testbench: what it says no to can be mended, not what it says yes to.
            noes = (v for v in verdicts if v.status in NO and v.assurance.rank >= yes.rank)
            return Judgement(Reason.DISPUTED, yes, _both_sides(verdicts), next(noes, None))
        return Judgement(ended.reason, yes, in_plain_words(ended), ended)

    def _held_against(self, verdicts: Sequence[Verdict], context: Context, yes: Assurance) -> Judgement:
        """Where no verdict is in the way: whether the strongest yes is strong enough."""
        able = [check.name for check in self._checks if vouches(check) and check.applies(context)]
        bar = self._bar or (Assurance.TESTED if able else Assurance.NONE)
        if yes.rank >= bar.rank:
            return Judgement(Reason.OK, yes)
        stood = [in_plain_words(v) for v in verdicts if v.check in able or v.assurance.rank >= bar.rank]
        why = stood or [f"The row brings nothing by which it could be {bar.value}."]
        said = f"Nothing that could say that it is {_at_least(bar)} said yes."
        return Judgement(Reason.UNEXAMINED, yes, "\n".join([said, *why]))


def _at_least(bar: Assurance) -> str:
    return " or ".join(each.value for each in Assurance if each.rank >= bar.rank)


def _both_sides(verdicts: Sequence[Verdict]) -> str:
    told = [in_plain_words(v) for v in verdicts if vouches(v) and (v.contradicted or v.status in YES | NO)]
    return "\n".join(["Two checks contradict each other.", *told])


def _rank(assurance: Assurance) -> int:
    return assurance.rank
