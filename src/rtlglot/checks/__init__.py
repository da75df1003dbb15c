"""Checks: one question each about a candidate. One file per check, one line in the table.

A check is a class that inherits `Check`: made with its own options as a mapping, asked with
`check(text, context, box)`. It runs tools on untrusted text only through the Box. What else there is to
know of it (what it examines, where it stands, what its yes is worth) it declares itself; the ladders
follow from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from rtlglot.checks.rebuilt import Rebuilder, RebuildOptions
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.registry import Table
from rtlglot.sandbox import Box, BoxResult, Ended

CHECKS = Table(
    "check",
    {
        "screen": "rtlglot.checks.screen:Screen",
        "syntax": "rtlglot.checks.syntax:Syntax",
        "elaborate": "rtlglot.checks.elaborate:Elaborate",
        "asked": "rtlglot.checks.asked:Asked",
        "interface": "rtlglot.checks.interface:Interface",
        "synth": "rtlglot.checks.synth:Synth",
        "equivalence": "rtlglot.checks.equivalence:Equivalence",
        "testbench": "rtlglot.checks.testbench:Testbench",
        "wording": "rtlglot.checks.wording:Wording",
        "fidelity": "rtlglot.checks.fidelity.check:Fidelity",
        "roundtrip": "rtlglot.checks.roundtrip:Roundtrip",
    },
)
VERILOG_ONLY = frozenset(
    {"screen", "syntax", "elaborate", "asked", "interface", "synth", "equivalence", "testbench"}
)
"""Those of the table that stand on no ladder of texts: known before they are loaded."""


class Check(Protocol):
    """What every check does, and what it declares of itself: inherit it, and say what is otherwise."""

    name: str
    fields: tuple[str, ...] = ("verilog",)
    """The kinds of field whose ladder it stands on; a field of the user's own is taken for the first."""
    rank: int = 1000
    """Its place there: the cheaper, the lower."""
    slow: bool = False
    """A verdict takes several long turns in the box: only few are begun at once, so that those
    begun are finished first."""
    strict: bool = False
    """It has an option `strict`, in which warnings say no."""
    coverage: bool = False
    """It has an option `coverage`: the share of a design of which a text must speak."""
    shortest: bool = False
    """It has an option `shortest`: whether it looks for the shortest difference where it has seen one."""
    must_answer: bool = False
    """Without its answer no text is accepted: a real one gets it in a fraction of a second, so a text
    that gets none is made to break the tool, or breaks it."""
    assurance: Assurance = Assurance.NONE
    """What its yes is worth."""
    wants: RebuildOptions | None = None
    """Of a check that asks an engine: which one, and how. It stands on a ladder only where it is named."""
    rebuilder: Rebuilder | None = None
    """What answers it: set by a run, by what it wants, before its first text."""

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        """`options`: its own, as texts or values; raises UsageError for an unknown one."""

    def identity(self) -> Mapping[str, Json]:
        """Name, options and tool versions: all that can change a verdict."""

    def applies(self, context: Context) -> bool:
        """False where the row lacks what this check needs (a reference, a testbench)."""

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """The verdict. Never raises for what the text does to a tool."""


TEXTS = ("description", "instruction")
"""The kinds of field that hold prose."""


def holds_verilog(context: Context) -> bool:
    """Whether the candidate is a design: a field that is not known to be prose is taken for one."""
    return context.field not in TEXTS


_UNFINISHED = {Ended.TIMEOUT: CheckStatus.TIMEOUT, Ended.UNAVAILABLE: CheckStatus.UNAVAILABLE}


def unfinished(
    check: str,
    result: BoxResult,
    data: Mapping[str, Json],
    limits: Mapping[Ended, str] = MappingProxyType({}),
) -> Verdict:
    """The verdict where the tool did not come to an end by itself: it says nothing about the design.
    `limits` are the check's options that would have let it go on."""
    message = f"the tool gave no answer: {result.detail}"
    if result.ended in limits:
        message += f" (--set check.{check}.{limits[result.ended]}=… allows more)"
    finding = Finding(Severity.NOTE, f"tool-{result.ended}", message)
    status = _UNFINISHED.get(result.ended, CheckStatus.ERROR)
    return Verdict(check, status, (finding,), result.seconds, data)
