"""Designs built from texts, for a check that asks: requested, extracted, examined, all in the ledger.

It stands on what a row's own walk stands on: replies are bought through `Ask`, designs are looked at
through `Examine`. So a run that was killed asks nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from rtlglot.checks import Check
from rtlglot.checks.ladder import ladder
from rtlglot.checks.rebuilt import RebuildOptions, Rebuilt
from rtlglot.engines.pick import Chosen
from rtlglot.errors import RowError
from rtlglot.ledger import Ledger
from rtlglot.prompts import Prompt, load
from rtlglot.records import CheckStatus, Context, Json, Message, Pair, Reason, Request, Row, Sampling, Verdict
from rtlglot.run.examine import Examine
from rtlglot.run.walk import AskCall

RUNGS = "screen,syntax,elaborate,equivalence"
"""What a rebuilt design is put through: it need not be pretty, only the same."""
REBUILT = "rebuilt"
"""What a row is put through while a design is asked for."""
_PROOF = ("screen", "syntax", "equivalence")
_NAMED = "{}\n\nThe module is called {}."


@dataclass(frozen=True, slots=True)
class Live:
    """What only a session has."""

    ask: AskCall
    ledger: Ledger
    examine: Examine
    prove: Examine
    """Asks nothing that a design need not pass to be proved."""
    at: Callable[[str], AbstractContextManager[None]]
    """Hears what a row is put through now."""
    round: int
    """Redo rounds so far: the attempt number of the requests."""


class Rebuilding:
    """A Rebuilder for one kind of text, by one engine."""

    def __init__(
        self, kind: str, wants: RebuildOptions, chosen: Chosen, usual: Sampling, *, masked: bool
    ) -> None:
        """`usual` is how the run samples where `wants` does not say; `masked`: texts are about a part, which
        is built into the rest."""
        source = "masked" if masked else kind
        self.prompt: Prompt = load(Pair(source, "verilog"), path=wants.rebuild_prompt or None)
        self.checks: tuple[Check, ...] = ladder(RUNGS, options={"equivalence": dict(wants.proof)})
        self.proof = tuple(check for check in self.checks if check.name in _PROOF)
        """Of these the proof itself."""
        self.chosen = chosen
        self.own = bool(wants.rebuilder or wants.rebuilder_engine)
        """Whether its engine is another one than the run's."""
        self.sampling = replace(
            usual,
            max_tokens=wants.rebuild_max_tokens or self.prompt.max_tokens,
            temperature=usual.temperature if wants.rebuild_temperature is None else wants.rebuild_temperature,
        )
        self._kind, self._given = kind, wants.given
        self._live: Live | None = None

    def identity(self) -> Mapping[str, Json]:
        """See Rebuilder."""
        sampling = self.sampling
        return {
            "engine": self.chosen.name,
            "model": self.chosen.model,
            "options": dict(self.chosen.engine.identity()),
            "prompt": self.prompt.source,
            "sampling": [sampling.max_tokens, sampling.temperature, sampling.top_p, sampling.seed],
            "checks": [dict(check.identity()) for check in self.checks],
        }

    def start(self, live: Live) -> None:
        """From here on it can ask."""
        self._live = live

    async def itself(self, context: Context) -> Sequence[Verdict]:
        """See Rebuilder."""
        return (await self._itself(context))[1]

    async def _itself(self, context: Context) -> tuple[Examine, Sequence[Verdict]]:
        """What looks at rebuilds of a design, and what it says of the design itself: where that is proved
        though it has what a rung refuses (two drivers, a port declared twice), so may they be."""
        assert self._live is not None
        design, around = context.reference or "", _as_design(context)
        verdicts = [verdict for verdict, _ in await self._live.examine(design, around)]
        if verdicts and not verdicts[-1].ok:
            proved = [verdict for verdict, _ in await self._live.prove(design, around)]
            if proved and proved[-1].status is CheckStatus.EQUIVALENT:
                return self._live.prove, proved
        return self._live.examine, verdicts

    async def rebuild(self, text: str, context: Context, times: int) -> Sequence[Rebuilt]:
        """See Rebuilder."""
        try:
            messages = self.messages(text, context)
        except RowError as error:
            return [Rebuilt(b"", None, answered=False, said=str(error))] * times
        asked = (self._one(messages, context, sample) for sample in range(times))
        return await asyncio.gather(*asked)

    def messages(self, text: str, context: Context) -> tuple[Message, ...]:
        """What is asked. Raises RowError."""
        if context.masked is not None:
            return self.prompt.render(Row("", {"masked": context.masked, "description": text}, 0))
        from rtlglot.verilog.interface import required_header, top_module  # most jobs rebuild nothing

        design = context.reference or ""
        top = context.top or next((unit.name for unit in [top_module(design)] if unit), "")
        header = context.interface or required_header(design)
        told = _NAMED.format(text, top) if top and self._given == "text+name" else text
        row = Row("", {self._kind: told}, 0)
        return self.prompt.render(row, header if self._given == "text+interface" else None)

    async def _one(self, messages: tuple[Message, ...], context: Context, sample: int) -> Rebuilt:
        live = self._live
        assert live is not None
        try:
            with live.at(REBUILT):
                key, reply = await live.ask(Request(messages, self.sampling, "", sample, live.round))
        except RowError as error:
            return Rebuilt(b"", None, answered=error.reason is Reason.REFUSED, said=str(error))
        tokens = (reply.prompt_tokens or 0, reply.completion_tokens or 0)
        # without the messages: a design that was pasted into the text is no echo here
        candidate = self.prompt.extract(reply.text, reply.finish, masked=context.masked)
        if candidate.text is None:
            said = candidate.detail or candidate.reason.value.replace("_", " ")
            return Rebuilt(key, None, said=said, prompt_tokens=tokens[0], completion_tokens=tokens[1])
        saved = live.ledger.save_text(candidate.text)
        look, _ = await self._itself(context)
        examined = await look(candidate.text, _as_design(context))
        verdicts = tuple(verdict for verdict, _ in examined)
        return Rebuilt(key, candidate.text, saved, verdicts, True, "", *tokens)


def _as_design(context: Context) -> Context:
    """What a rebuilt design is held against."""
    return replace(context, field="verilog", instruction=None, interface=None, testbench=None, masked=None)
