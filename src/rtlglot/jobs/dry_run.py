"""A dry run: the first prompts as they would be sent, and how much the whole would be. Nothing is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from rtlglot.engines import lengths
from rtlglot.errors import RowError
from rtlglot.records import Message, Reason
from rtlglot.run.assemble import Assembly, assemble, choose_engine, choose_rebuilder
from rtlglot.run.spec import Spec
from rtlglot.run.watch import Nobody

SHOWN = 2
COUNTED = 200
"""Rows whose tokens are counted; the rest is extrapolated from their characters."""


@dataclass(slots=True)
class Estimate:
    """What a run would be."""

    rows: int = 0
    unusable: int = 0
    """Rows that would fail before a request."""
    characters: int = 0
    counted_characters: int = 0
    counted_tokens: int = 0
    exact: bool = True
    """Whether a tokenizer counted."""

    @property
    def prompt_tokens(self) -> int:
        """Of the whole, extrapolated."""
        if not self.counted_characters:
            return 0
        return round(self.characters * self.counted_tokens / self.counted_characters)


def dry_run(spec: Spec) -> str:
    """What `--dry-run` prints."""
    return asyncio.run(_dry_run(assemble(spec, choose_engine(spec), Nobody(), choose_rebuilder(spec))))


async def _dry_run(assembly: Assembly) -> str:
    estimate, shown = Estimate(), []
    try:
        for row in assembly.dataset:
            estimate.rows += 1
            try:
                if row.flaw:
                    raise RowError(Reason.NOT_UNICODE, row.flaw)
                messages = assembly.prompt.render(row, assembly.context(row.fields).interface)
            except RowError as error:
                estimate.unusable += 1
                shown += [f"row {row.id}: {error.reason}: {error}"] if estimate.unusable <= SHOWN else []
                continue
            tokens = await _measure(assembly, messages, estimate)
            if tokens is not None and len(shown) < SHOWN + estimate.unusable:
                shown.append(_show(row.id, messages, tokens, exact=estimate.exact))
    finally:
        await assembly.engine.aclose()
    return "\n".join([*shown, *_totals(assembly, estimate)])


async def _measure(assembly: Assembly, messages: Sequence[Message], estimate: Estimate) -> int | None:
    characters = sum(len(message.content) for message in messages)
    estimate.characters += characters
    if estimate.rows > COUNTED:
        return None
    tokens = await assembly.engine.count_tokens(messages)
    if tokens is None:
        estimate.exact = False
        tokens = lengths.estimate(messages)
    estimate.counted_characters += characters
    estimate.counted_tokens += tokens
    return tokens


def _show(row_id: str, messages: Sequence[Message], tokens: int, *, exact: bool) -> str:
    about = "" if exact else "about "
    turns = [f"[{message.role}]\n{message.content}" for message in messages]
    return "\n".join([f"--- row {row_id}: {about}{tokens} tokens ---", *turns, ""])


def _totals(assembly: Assembly, estimate: Estimate) -> list[str]:
    usable = estimate.rows - estimate.unusable
    requests = usable * assembly.recipe.samples
    most_out = requests * assembly.recipe.sampling.max_tokens
    how = "counted by the model's tokenizer" if estimate.exact else "estimated: 3.2 characters a token"
    mean = estimate.prompt_tokens / usable if usable else 0
    return [
        f"{estimate.rows:,} rows, {estimate.unusable:,} of them without a usable {assembly.spec.source}",
        f"{requests:,} requests to {assembly.recipe.engine} {assembly.recipe.model}".rstrip(),
        f"prompts: about {estimate.prompt_tokens * assembly.recipe.samples:,} tokens in all, "
        f"{mean:,.0f} a row ({how})",
        f"replies: at most {assembly.recipe.sampling.max_tokens:,} tokens each, {most_out:,} in all",
        f"output: {assembly.delivery.output}    nothing was asked",
    ]
