"""The check `wording`: is a text about a design clean, complete prose of its kind?

Needs nothing but the text (a reference only sharpens what counts as pasted code): refusals, wrapping
and chat leftovers, the wrong mood, pasted code, loops, and endings in mid-sentence.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from rtlglot.checks import TEXTS, Check
from rtlglot.options import fill
from rtlglot.prose.endings import ending_findings, loop_findings
from rtlglot.prose.leak import code_share, copied_share
from rtlglot.prose.manners import manner_findings
from rtlglot.prose.tokens import MOST_CHARACTERS, Prose
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box


@dataclass(frozen=True, slots=True)
class WordingOptions:
    """How much Verilog a text may hold, and what is too much."""

    max_leak: float = 0.3
    """Leak score, 0 to 1, above which a description fails."""
    strict: bool = False
    """Warnings fail too."""


VERSION = 3
"""Raised whenever the same text can get another verdict."""
_GIVEN_AWAY = 0.8
"""Share of the reference that a request may hold: one that asks to mend a design holds a broken one."""


class Wording(Check):
    """Examines a text as prose."""

    name = "wording"
    strict = True
    fields = TEXTS
    rank = 10
    assurance = Assurance.READ

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        """`options`: see WordingOptions."""
        self.options = fill(WordingOptions, options or {}, part=f"check.{self.name}")

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {"check": self.name, "version": VERSION, **asdict(self.options)}

    def applies(self, context: Context) -> bool:
        """For every field that is not Verilog."""
        return context.field != "verilog"

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check. Runs no tool."""
        started = time.perf_counter()
        verdict = self.judge(text, context)
        return Verdict(
            self.name, verdict.status, verdict.findings, time.perf_counter() - started, verdict.data
        )

    def judge(self, text: str, context: Context) -> Verdict:
        """The verdict, with the leak score in its data."""
        prose = Prose(text)
        leak = code_share(text)
        if context.reference and len(text) > 40:
            leak = max(leak, copied_share(text, context.reference))
        found = [
            *manner_findings(text, prose, context.field),
            *self._leak_findings(text, context, leak),
            *loop_findings(prose),
            *ending_findings(prose, context.field),
        ]
        if len(text) > MOST_CHARACTERS:
            said = f"the text has {len(text)} characters; more than {MOST_CHARACTERS} are no description"
            found.append(Finding(Severity.ERROR, "too-long", said))
        if any(one.code == "refusal" for one in found):
            found = [one for one in found if one.code == "refusal"]
        grave = (Severity.ERROR, Severity.WARNING) if self.options.strict else (Severity.ERROR,)
        failed = any(one.severity in grave for one in found)
        status = CheckStatus.FAIL if failed else CheckStatus.PASS
        return Verdict(self.name, status, tuple(found), data={"leak": round(leak, 3)})

    def _leak_findings(self, text: str, context: Context, leak: float) -> Iterator[Finding]:
        """Code in a text. A request may hold a header, or code that is to be mended, but not the answer."""
        whole = "endmodule" in text or "```verilog" in text.lower() or "```systemverilog" in text.lower()
        said = f"the text holds Verilog code (leak score {leak:.2f})"
        if context.field == "instruction":
            copied = copied_share(text, context.reference) if context.reference else 0.0
            if copied > _GIVEN_AWAY and (whole or code_share(text) > self.options.max_leak):
                yield Finding(Severity.ERROR, "pasted-code", f"{said}: it gives the answer away")
            elif whole:
                yield Finding(Severity.WARNING, "pasted-code", said)
        elif whole or leak > self.options.max_leak:
            yield Finding(Severity.ERROR, "pasted-code", said)
        elif leak > self.options.max_leak / 3:
            yield Finding(Severity.WARNING, "pasted-code", said)
