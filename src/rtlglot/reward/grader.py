"""The grader: a reply and its row in, a grade out. Verdicts are remembered in a ledger, by content."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from rtlglot.checks.ladder import for_scores, ladder
from rtlglot.errors import ConfigError, UsageError
from rtlglot.ledger import Ledger
from rtlglot.prompts.extract import extract
from rtlglot.prompts.given import Given
from rtlglot.records import NO, YES, Attempt, Candidate, Context, Finish, Json, Reason
from rtlglot.reward.table import RewardTable, equal_share
from rtlglot.run.context import ContextFields
from rtlglot.run.examine import Examine
from rtlglot.run.judge import Judge
from rtlglot.run.walk import Eye, look_at
from rtlglot.sandbox import open_box
from rtlglot.verilog.interface import required_header

LADDER = "screen,syntax,elaborate,synth,equivalence,testbench"
_FORMS = {
    "think-answer": re.compile(r"\s*<think>.*</think>\s*<answer>.*</answer>\s*", re.DOTALL),
    "fence": re.compile(r".*```(?:system)?verilog\n.*```\s*", re.DOTALL),
}
_FIELDS = ContextFields(
    kind="verilog", reference="reference", testbench="testbench", instruction="", interface="header",
    top="top", standard="sv2017", blackboxes=(), parts_elsewhere=False, files="files",
)  # fmt: skip
_TOPLESS = replace(_FIELDS, top="")
FIELDS = ("reference", "testbench", "files", "header", "top")
"""What a grader reads of a row."""


def _asked(context: Context) -> str | None:
    """The header of the module that is asked for, which stands in the row or follows from its reference."""
    if context.interface or not context.reference:
        return context.interface
    return required_header(context.reference, context.testbench)


@dataclass(frozen=True, slots=True)
class Grade:
    """What a reply is worth, and why."""

    reward: float | None
    entry: str
    """The name of the table's entry."""
    detail: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Per rung that was asked 1 for yes, 0 for no, 0.5 for no answer either way; `equal_outputs`."""

    def to_json(self) -> dict[str, Json]:
        """For a wire."""
        told = {"reward": self.reward, "entry": self.entry, "detail": self.detail}
        return told | {"metrics": dict(self.metrics)}


class Grader:
    """Grades replies. Use it as ``async with Grader() as grader``."""

    def __init__(
        self,
        table: RewardTable | None = None,
        *,
        check: str = LADDER,
        options: Mapping[str, Mapping[str, Json]] | None = None,
        ledger: str | Path = "",
        workers: int | None = None,
    ) -> None:
        """`check` and `options` are the rungs and their options, as of `rtlglot check`; `ledger` is a file
        that remembers every verdict ('' forgets them at the end); at most `workers` texts are examined at
        once (None: as many as cores)."""
        self.table = table or RewardTable()
        self._checks = ladder(check, "verilog", for_scores(check, options or {}))
        self._judge = Judge(self._checks)
        # each text in a child of its own: two that share one could agree to lie
        self.box = open_box(workers=workers, share=False)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if not ledger:
            self._folder = tempfile.TemporaryDirectory(prefix="rtlglot-reward-")
            ledger = Path(self._folder.name) / "verdicts.ledger"
        self._ledger = Ledger(Path(ledger))
        self._under_way: dict[tuple[str, int, Context], asyncio.Task[Grade]] = {}

    async def __aenter__(self) -> Self:
        self._ledger.start_writing()
        self._examine = Examine(self._ledger, self._checks, self.box)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.box.aclose()
        await self._ledger.stop_writing()
        self._ledger.close()
        if self._folder is not None:
            self._folder.cleanup()

    async def __call__(self, reply: str, row: Mapping[str, Any]) -> Grade:
        """The grade of a reply to a row, of which FIELDS are read. The same reply at the same time is
        graded once. Raises UsageError where the row brings nothing to hold it against."""
        # a name that is no field would be taken for the top module's own
        context = (_FIELDS if row.get("top") else _TOPLESS)(row)
        if not (context.reference or context.testbench):
            raise UsageError(
                "the row has neither a reference nor a testbench", hint="a reward needs one of the two"
            )
        form = self.table.form
        if form and not _FORMS[form].fullmatch(reply):
            worth = self.table.worth("malformed", (), len(reply))
            return Grade(worth, "malformed", f"the reply has not the form {form}")
        candidate = extract(reply, Finish.STOP, "verilog", Given(interface=_asked(context)))
        key = (candidate.text or reply, len(reply), context)
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._grade(candidate, context, len(reply)))
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def _grade(self, candidate: Candidate, context: Context, characters: int) -> Grade:
        eye = Eye(_FIELDS, self._examine, self._judge, lambda text: b"")
        begun = Attempt(b"", 0, 0, Reason.OK)
        try:
            tried = await look_at(candidate, context, begun, eye)
        except ConfigError:  # a worker that was killed while it started costs a second look, not the answer
            tried = await look_at(candidate, context, begun, eye)
        entry = self.table.entry(tried.judgement, tried.verdicts)
        worth = self.table.worth(entry, tried.verdicts, characters)
        metrics = {
            v.check: 1.0 if v.status in YES else 0.0 if v.status in NO else 0.5 for v in tried.verdicts
        }
        if share := equal_share(tried.verdicts):
            metrics["equal_outputs"] = share
        return Grade(worth, entry, tried.judgement.detail, metrics)
