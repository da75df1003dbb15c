"""What the texts themselves say, without a netlist."""

from __future__ import annotations

from rtlglot.records import Context
from rtlglot.tools.prover.answers import Found, Reading, Unread
from rtlglot.tools.prover.prover import Prover
from rtlglot.verilog.same import foreign_macros, same_but_for_names, time_settings
from rtlglot.verilog.tokens import code_tokens, disputed_line_end

SAME_TEXT = "the same text"
"""The engine where nothing else could say so."""


async def by_text(prover: Prover, found: Found, text: str, context: Context) -> Found:
    """Where no proof is to be had: a candidate with the tokens of the reference is the reference, whatever
    that does. Comments, layout and what macros stand for do not count; names do."""
    assert context.reference is not None
    theirs = await prover.read(context.reference, "sv2017", None, top=context.top)
    if isinstance(theirs, Unread):
        return found
    ours = await prover.read(text, context.standard, None, theirs, context.top)
    if isinstance(ours, Unread) or _identity(ours) != _identity(theirs) or not same_text(theirs, ours):
        return found
    played = {"why": "it is the same text, of which nothing else can be proved"}
    told = Found("equivalent", engine=SAME_TEXT, top=ours.top.name, played=played)
    return told.but(blackboxes=ours.unknown)


def same_text(theirs: Reading, ours: Reading) -> bool:
    """Whether both are one text but for names, also where others define macros, and in time."""
    fixed = {port.name for port in theirs.top.ports}
    as_read = same_but_for_names(theirs.plain, ours.plain, fixed)
    timed = time_settings(theirs.text) == time_settings(ours.text)
    return as_read and timed and not conditional_on(theirs, ours) and disputed_line_end(ours.text) is None


def conditional_on(theirs: Reading, ours: Reading) -> list[str]:
    """Macros that neither text defines and on which it depends whether they are one design."""
    ports = (port.name for port in theirs.top.ports)
    return foreign_macros(theirs.conditional, ours.conditional, ports)


def _identity(side: Reading) -> tuple[object, ...]:
    return (side.version, side.macros, side.top.name, [token.text for token in code_tokens(side.plain)])
