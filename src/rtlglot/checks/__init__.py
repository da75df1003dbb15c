"""Checks: one question each about a candidate. One file per check, one line in the table.

A check is made with `Check(options)`, its own options as a mapping, and asked with
`check(text, context, box)`. It runs tools on untrusted text only through the Box. One whose verdict
takes several long turns in the box says so with `slow = True`: only few are begun at once then, so that
no deadline runs out in a queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rtlglot.records import CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.registry import Table
from rtlglot.sandbox import Box, BoxResult, Ended

CHECKS = Table(
    "check",
    {
        "screen": "rtlglot.checks.screen:Screen",
        "syntax": "rtlglot.checks.syntax:Syntax",
        "elaborate": "rtlglot.checks.elaborate:Elaborate",
        "interface": "rtlglot.checks.interface:Interface",
        "synth": "rtlglot.checks.synth:Synth",
        "equivalence": "rtlglot.checks.equivalence:Equivalence",
        "testbench": "rtlglot.checks.testbench:Testbench",
        "wording": "rtlglot.checks.wording:Wording",
        "fidelity": "rtlglot.checks.fidelity.check:Fidelity",
    },
)


class Check(Protocol):
    """What every check does."""

    name: str

    def identity(self) -> Mapping[str, Json]:
        """Name, options and tool versions: all that can change a verdict."""

    def applies(self, context: Context) -> bool:
        """False where the row lacks what this check needs (a reference, a testbench)."""

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """The verdict. Never raises for what the text does to a tool."""


def holds_verilog(context: Context) -> bool:
    """Whether the candidate is a design: a field that is not known to be prose is taken for one."""
    return context.field not in ("description", "instruction")


_UNFINISHED = {Ended.TIMEOUT: CheckStatus.TIMEOUT, Ended.UNAVAILABLE: CheckStatus.UNAVAILABLE}


def unfinished(check: str, result: BoxResult, data: Mapping[str, Json]) -> Verdict:
    """The verdict where the tool did not come to an end by itself: it says nothing about the design."""
    finding = Finding(Severity.NOTE, f"tool-{result.ended}", f"the tool gave no answer: {result.detail}")
    status = _UNFINISHED.get(result.ended, CheckStatus.ERROR)
    return Verdict(check, status, (finding,), result.seconds, data)
