"""Checks: one question each about a candidate. One file per check, one line in the table.

A check is made with `Check(options)` and asked with `check(text, context, box)`. It runs tools on
untrusted text only through the Box.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rtlglot.records import Context, Json, Verdict
from rtlglot.registry import Table
from rtlglot.sandbox import Box

CHECKS = Table(
    "check",
    {},
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
