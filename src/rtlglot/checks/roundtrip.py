"""The check `roundtrip`: can the design be built again from a text alone, and is that proved?

Asks a model for designs, each from nothing but the text, and counts those that are proved equivalent to
the text's own design. A text that gives the design away as code is refused however many are proved.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from rtlglot.checks import TEXTS, Check
from rtlglot.checks.rebuilt import RebuildOptions, Rebuilt
from rtlglot.options import fill, flag, refuse_below
from rtlglot.records import YES, Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box
from rtlglot.verilog.masked import left_out

if TYPE_CHECKING:
    from rtlglot.prose.giveaway import Giveaway

VERSION = 5
"""Raised whenever the same text and rebuilds can get another verdict."""
_flag = partial(flag, group="the round trip")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundtripOptions(RebuildOptions):
    """How often it is built, and what is asked of a text."""

    rebuilds: int = _flag("designs that are built from each text", default=3, metavar="K")
    min_score: float = _flag("share of them that must be proved for a text to be accepted", default=0.5)
    max_leak: float = _flag("share of the design that a text may give away as code", default=0.35)

    def __post_init__(self) -> None:
        RebuildOptions.__post_init__(self)
        refuse_below(0, self, "", "rebuilds", "min_score")
        refuse_below(0, self, "", "max_leak", inclusive=True)


ENDED = {
    "proved": "proved equivalent to the design",
    "different": "another design, with a counterexample",
    "ports": "other ports",
    "syntax": "no design that can be read",
    "no design": "a reply without a design",
    "undecided": "a proof that came to no end",
    "no answer": "no reply",
}
"""How a rebuild can end. The last two are not counted in a score."""
_BY_STATUS = {
    CheckStatus.EQUIVALENT: "proved",
    CheckStatus.DIFFERENT: "different",
    CheckStatus.PORTS_DIFFER: "ports",
    CheckStatus.FAIL: "syntax",
}
_FAILED = ("different", "ports", "syntax", "no design")
_THERE = "There the design gives {output} = {expected}; what was built from the text gives {got}."


class Roundtrip(Check):
    """Has a text's design built again."""

    name = "roundtrip"
    fields = TEXTS
    rank = 30
    assurance = Assurance.REBUILT
    wants = RebuildOptions()

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        """`options`: see RoundtripOptions."""
        self.options = self.wants = fill(RoundtripOptions, options or {}, part=f"check.{self.name}")

    def identity(self) -> Mapping[str, Json]:
        """See Check. What builds is in it by what it is, not by where it lies."""
        asked = {name: getattr(self.options, name) for name in ("rebuilds", "given", "min_score", "max_leak")}
        built = self.rebuilder.identity() if self.rebuilder else None
        return {"check": self.name, "version": VERSION, **asked, "rebuilder": built}

    def applies(self, context: Context) -> bool:
        """To texts with a design that they belong to."""
        return context.field in TEXTS and bool(context.reference)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check. Asks through its rebuilder; raises what concerns all rows (a lost engine)."""
        # not at the top: a default ladder only asks what this check wants
        from rtlglot.prose.giveaway import giveaway, length

        started = time.perf_counter()
        if self.rebuilder is None:
            said = Finding(Severity.NOTE, "no-rebuilder", "there is no model here that could be asked")
            return Verdict(self.name, CheckStatus.UNAVAILABLE, (said,))
        assert context.reference is not None  # applies() said so
        told = left_out(context.masked, context.reference) if context.masked else context.reference
        leak = giveaway(text, told)
        size = length(text) / max(1, length(told))
        if trouble := _not_provable(await self.rebuilder.itself(context)):
            built: Sequence[Rebuilt] = ()
        else:
            built = await self.rebuilder.rebuild(text, context, self.options.rebuilds)
        found = [_ended(one) for one in built]
        status = self._status(Counter(found), leak)
        findings = (*trouble, *self._findings(status, found, built, leak))
        data = {"size": round(size, 3), "leak": leak.to_json(), **_counted(found, built)}
        return Verdict(self.name, status, findings, time.perf_counter() - started, data)

    def _status(self, found: Counter[str], leak: Giveaway) -> CheckStatus:
        """A yes needs its share of proofs among all that was to be built, a no that it cannot be had."""
        if leak.score > self.options.max_leak:
            return CheckStatus.LEAK
        wanted = self.options.min_score * found.total()
        if found["proved"] and found["proved"] >= wanted:
            return CheckStatus.PASS
        if found.total() and found.total() - sum(found[name] for name in _FAILED) < max(wanted, 1):
            return CheckStatus.FAIL
        return CheckStatus.ERROR if found["no answer"] else CheckStatus.UNSUPPORTED

    def _findings(
        self, status: CheckStatus, found: Sequence[str], built: Sequence[Rebuilt], leak: Giveaway
    ) -> Iterator[Finding]:
        grave = Severity.ERROR if status is CheckStatus.FAIL else Severity.WARNING
        if status is CheckStatus.LEAK:
            said = (
                f"the text gives {leak.score:.0%} of the design away as code"
                f" ({self.options.max_leak:.0%} is allowed): say in words what it does"
            )
            yield Finding(Severity.ERROR, "leak", said)
        told: set[str] = set()
        for ended, one in zip(found, built, strict=True):
            message = _message(ended, one)
            if ended != "proved" and message not in told:
                told.add(message)
                severity = grave if ended in _FAILED else Severity.NOTE
                yield Finding(severity, f"rebuilt-{ended.replace(' ', '-')}", message)


def _not_provable(verdicts: Sequence[Verdict]) -> list[Finding]:
    """Why nothing built from a text could be proved, where the design is not even proved equal to itself."""
    from rtlglot.checks.equivalence.texts import SAME_TEXT

    last = verdicts[-1] if verdicts else None
    if last is None:
        return []
    if last.status is not CheckStatus.EQUIVALENT:
        why = next((finding.message for finding in last.findings), "")
        said = f"nothing was asked: the design itself gets {last.status.value} from {last.check}. {why}"
    elif last.data.get("engine") == SAME_TEXT:
        said = "nothing was asked: only the same text could be proved equal to the design"
    else:
        return []
    return [Finding(Severity.NOTE, "not-provable", " ".join(said.split()))]


def _ended(one: Rebuilt) -> str:
    """One of ENDED."""
    if not one.answered:
        return "no answer"
    if one.text is None:
        return "no design"
    last = one.verdicts[-1].status if one.verdicts else CheckStatus.ERROR
    return _BY_STATUS.get(last, "undecided")


def _message(ended: str, one: Rebuilt) -> str:
    """For people, and for the model that is to say it better."""
    last = one.verdicts[-1] if one.verdicts else None
    if ended == "different" and last is not None and last.data.get("trace"):
        from rtlglot.tools.prover.trace import in_words  # a prover's, which not every job with texts loads

        return (
            "A design that was built from this text alone does something else.\n"
            f"{in_words(last.data['trace'], _THERE)}\nThe text is wrong there, or leaves it open."
        )
    why = (
        "; ".join(f.message for f in last.findings[:3]) if last is not None and last.status not in YES else ""
    )
    return f"Of a design that was to be built from this text alone came {ENDED[ended]}: {one.said or why}"


def _counted(found: Sequence[str], built: Sequence[Rebuilt]) -> dict[str, Any]:
    """What is told of the rebuilds: the score, how each ended, where it lies in the ledger."""
    ended = Counter(found)
    decided = ended["proved"] + sum(ended[name] for name in _FAILED)
    tried = [
        {"ended": name, "text": one.key.hex(), "request": one.request.hex()}
        for name, one in zip(found, built, strict=True)
    ]
    first = next((one for name, one in zip(found, built, strict=True) if name == "different"), None)
    shown = first.verdicts[-1].data if first else {}
    trace = {name: shown[name] for name in ("trace", "confirmed", "simulator") if name in shown}
    return {
        "score": ended["proved"] / decided if decided else None,
        "ended": dict(ended.most_common()),
        "rebuilds": tried,
        "tokens": [sum(one.prompt_tokens for one in built), sum(one.completion_tokens for one in built)],
        "proof_s": round(sum(verdict.seconds for one in built for verdict in one.verdicts), 3),
        **trace,
    }
