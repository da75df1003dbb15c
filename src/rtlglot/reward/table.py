"""The table: what was found of a reply -> what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rtlglot.errors import UsageError
from rtlglot.records import NO_ANSWER, YES, Assurance, CheckStatus, Reason, Verdict
from rtlglot.run.judge import Judgement

_NO_TEXT = (Reason.EMPTY, Reason.REFUSED, Reason.NO_MODULE, Reason.TRUNCATED, Reason.ECHO)


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardTable:
    """Every entry is a number, or None for no reward at all (TRL leaves such a completion out)."""

    proved: float | None = 1.0
    """Formally equal to the reference."""
    tested: float | None = 1.0
    """Passed a testbench that tells right designs from broken ones, and there is nothing to prove it by."""
    unproved: float | None = None
    """Passed such a testbench, and evades a proof that its reference admits: what waits for an input or a
    moment that no testbench tries looks like this."""
    built: float | None = 0.0
    """The row brings neither reference nor testbench; the text can be built from cells."""
    wrong: float | None = 0.0
    """A check says no."""
    disputed: float | None = 0.0
    """Proof and testbench contradict each other."""
    no_text: float | None = 0.0
    """No whole module in the reply: empty, refused, cut, prose."""
    malformed: float | None = 0.0
    """The reply has not the form that is asked for (`form`)."""
    undecided: float | None = None
    """Nothing said no, and nothing that could say yes did."""
    unanswered: float | None = None
    """A tool ran out of time, broke, or is missing: the machine's trouble, not the reply's."""

    rungs: Mapping[str, float] = field(default_factory=dict)
    """Added to `wrong` for each rung that said yes: {'syntax': 0.05, 'elaborate': 0.05}."""
    equal_outputs: float = 0.0
    """Added to `wrong`, times the share of samples in which the testbench found equal outputs."""
    length: float = 0.0
    """Taken off per 1,000 characters of the reply beyond `free_characters`."""
    free_characters: int = 8_000
    form: str = ""
    """'think-answer' or 'fence': what a reply must look like; '' takes any."""

    def __post_init__(self) -> None:
        if self.form not in ("", "think-answer", "fence"):
            raise UsageError(f"form is {self.form!r}", hint="expected think-answer, fence or nothing")
        right = min((value for value in (self.proved, self.tested) if value is not None), default=None)
        most = (self.wrong or 0.0) + sum(self.rungs.values()) + self.equal_outputs
        if right is not None and most >= right:
            hint = "wrong, all rungs and equal_outputs together must stay below proved and tested"
            raise UsageError(f"a wrong design could earn {most:g}, and a right one {right:g}", hint=hint)

    def entry(self, judged: Judgement, verdicts: Sequence[Verdict]) -> str:
        """The name of the entry that applies."""
        if judged.reason in _NO_TEXT:
            return "no_text"
        if judged.accepted:
            by = {Assurance.PROVED: "proved", Assurance.TESTED: "tested"}
            entry = by.get(judged.assurance, "built")
            return "unproved" if entry == "tested" and _evades(verdicts) else entry
        if judged.reason is Reason.DISPUTED:
            return "disputed"
        if judged.reason is Reason.CHECK_FAILED:
            return "wrong"
        unanswered = any(verdict.status in NO_ANSWER for verdict in verdicts)
        return "unanswered" if unanswered else "undecided"

    def worth(self, entry: str, verdicts: Sequence[Verdict], characters: int) -> float | None:
        """The number of an entry, with what is added and taken off."""
        value: float | None = getattr(self, entry)
        if value is None:
            return None
        if entry == "wrong":
            value += sum(self.rungs.get(v.check, 0.0) for v in verdicts if v.status in YES)
            value += self.equal_outputs * equal_share(verdicts)
        return value - self.length * max(0, characters - self.free_characters) / 1_000


def _evades(verdicts: Sequence[Verdict]) -> bool:
    """Whether a proof was asked for and not had, of a reference that is proved equal to itself."""
    references = (v.data.get("reference") or {} for v in verdicts if v.assurance is Assurance.PROVED)
    return any("equivalent" in (known.get("self_proofs") or {}).values() for known in references)


def equal_share(verdicts: Sequence[Verdict]) -> float:
    """Of the samples that a testbench compared, the share with equal outputs; 0 where it counts none, and
    where the design was not simulated under it."""
    for verdict in verdicts:
        if verdict.check == "testbench" and verdict.status is CheckStatus.FAIL:
            samples, mismatches = verdict.data.get("samples"), verdict.data.get("mismatches")
            if samples and mismatches is not None:
                return max(0.0, 1.0 - float(mismatches) / float(samples))
    return 0.0
