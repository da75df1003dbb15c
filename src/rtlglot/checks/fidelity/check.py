"""The check `fidelity`: does a text about a design say what is true of it?

Reads the claims that a description or an instruction makes about ports, widths, directions,
parameters, the module's name, clock edges and resets, and compares them with the reference's
elaborated interface and netlist. docs/text-checks.md says what is read and how often it is right.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from rtlglot.checks import TEXTS, Check
from rtlglot.options import fill
from rtlglot.records import Assurance, Context, Json, Verdict
from rtlglot.sandbox import Box

if TYPE_CHECKING:
    from rtlglot.checks.facts import FactsReader

VERSION = 4
"""Raised whenever the same text and reference can get another verdict."""


@dataclass(frozen=True, slots=True)
class FidelityOptions:
    """What a text must do besides saying nothing wrong."""

    strict: bool = False
    """Warnings fail too."""
    coverage: float = 0.0
    """Share of the design's ports and facts, 0 to 1, of which a text must speak."""
    remember: int = 2048
    """References whose facts are kept in memory; changes no verdict."""


DEFAULT = FidelityOptions()


class Fidelity(Check):
    """Compares a text's claims with the design that it belongs to."""

    name = "fidelity"
    fields = TEXTS
    rank = 20
    strict = True
    coverage = True
    assurance = Assurance.READ

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        """`options`: see FidelityOptions."""
        self.options = fill(FidelityOptions, options or {}, part=f"check.{self.name}")
        self._facts: FactsReader | None = None

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        tools = {"pyslang": version("pyslang"), "pyosys": version("pyosys")}
        asked = {"strict": self.options.strict, "coverage": self.options.coverage}
        return {"check": self.name, "version": VERSION, **asked, **tools}

    def applies(self, context: Context) -> bool:
        """For texts with a reference that they belong to, all of it."""
        return context.field != "verilog" and bool(context.reference) and context.masked is None

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        # Rows without a reference need no readers of claims, which take longer to load than a small job.
        from rtlglot.checks.facts import FactsReader
        from rtlglot.checks.fidelity.judge import judge

        started = time.perf_counter()
        self._facts = self._facts or FactsReader(self.options.remember)
        assert context.reference is not None  # applies() said so
        facts = await self._facts(context.reference, context.standard, box)
        verdict = judge(text, facts, context, self.options)
        seconds = time.perf_counter() - started
        return Verdict(self.name, verdict.status, verdict.findings, seconds, verdict.data)
