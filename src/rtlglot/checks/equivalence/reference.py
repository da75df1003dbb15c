"""A reference, read once and proved against itself once.

The proof against itself shows what the reference never defines, and that the proof can be done at all.
There is no shortcut for equal texts: what is not proved for the reference itself is reported, not
assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rtlglot.checks.once import Asked
from rtlglot.records import Json
from rtlglot.tools.prover.answers import Answers, Found, Graphs, Played, Reading, Step, Unread
from rtlglot.tools.prover.prover import Prover
from rtlglot.tools.yosys.miter import ANY, ZERO, X, short_names
from rtlglot.tools.yosys.reader import FRONT_ENDS
from rtlglot.verilog.interface import Port

_KINDS = 64
"""Of candidates of one reference: by their clocks and how they were read."""


@dataclass(slots=True)
class Reference:
    """What is known of a reference; more of it as candidates ask."""

    status: str
    """'usable', or what a verdict about any candidate must be: 'unsupported', 'timeout', 'error'."""
    what: str = ""
    """Why it is not usable."""
    top: str | None = None
    """The module that is meant, where that was said."""
    readings: dict[str, Reading | Unread] = field(default_factory=dict)
    """By front end, the preferred one first."""
    proofs: dict[str, Found] = field(default_factory=dict)
    """Of the reference against itself, by start."""
    vacuous: tuple[str, ...] = ()
    """Outputs, or bits of outputs, that never become defined."""
    graphs: Graphs = field(default_factory=dict)
    """Its miter with itself, for what its netlist answers."""
    undefined: bool = False
    """No output is ever defined, whatever the registers start with: a proof against it would say nothing."""
    plays: Asked[tuple[tuple[Step, ...], Played]] = field(default_factory=lambda: Asked(_KINDS))
    """What a simulator showed of it, by its model of time."""
    answers: Asked[Answers | None] = field(default_factory=lambda: Asked(_KINDS))
    """What its netlist by a front end answers along the same steps."""

    @property
    def reading(self) -> Reading:
        """By the preferred front end."""
        found = next(iter(self.readings.values()))
        assert isinstance(found, Reading)
        return found

    @property
    def front_ends(self) -> list[str]:
        """In the order in which both sides of a proof are tried with them."""
        return [*self.readings, *(name for name in FRONT_ENDS if name not in self.readings)]

    @property
    def semantics(self) -> str:
        """Under which it was proved equal to itself."""
        equal = [found.semantics for found in self.proofs.values() if found.status == "equivalent"]
        return equal[0] if equal else ZERO

    @property
    def reflexive(self) -> bool:
        """Whether it was proved equal to itself."""
        return any(found.status == "equivalent" for found in self.proofs.values())

    async def read_by(self, prover: Prover, front_end: str) -> Reading | Unread:
        """By this front end, read now where nobody has asked before."""
        if front_end not in self.readings:
            self.readings[front_end] = await prover.read(self.reading.text, "sv2017", front_end, top=self.top)
        return self.readings[front_end]

    def facts(self) -> dict[str, Json]:
        """What a verdict says about it."""
        proofs = {start: found.status for start, found in self.proofs.items()}
        told: dict[str, Json] = {"semantics": self.semantics, "self_proofs": proofs}
        if self.readings:
            told |= {"top": self.reading.top.name, "front_end": next(iter(self.readings))}
        return told


async def prepare(prover: Callable[[], Prover], text: str, top: str | None = None) -> Reference:
    """Read a reference and prove it against itself; each of the proofs has a prover's time.

    Where outputs stay undefined and the other front end of yosys reads the text so that fewer do, that
    one is believed: a register that is lost in the reading looks like one that is never written.
    """
    first = await _prepare(prover, text, top, FRONT_ENDS)
    if first.status != "usable" or not first.vacuous:
        return first
    others = [name for name in FRONT_ENDS if name not in first.readings]
    second = await _prepare(prover, text, top, others)
    better = second.status == "usable" and len(second.vacuous) < len(first.vacuous)
    return second if better else first


async def _prepare(
    prover: Callable[[], Prover], text: str, top: str | None, front_ends: Sequence[str]
) -> Reference:
    trouble = Unread("error")
    for front_end in front_ends:
        read = await prover().read(text, "sv2017", front_end, top=top)
        if isinstance(read, Reading):
            break
        trouble = trouble if trouble.unreadable else read
        if not read.unreadable:
            return Reference(trouble.status, trouble.what)
    else:
        return Reference(trouble.status, trouble.what)
    proofs: dict[str, Found] = {}
    for start in (X, ANY, ZERO):
        found = proofs[start] = await prover().prove(read, read, start)
        if found.status == "equivalent":
            break
    status = found.status if found.status in ("unsupported", "error") else "usable"
    undefined, graphs = await prover().vacuous(read) if found.status == "equivalent" else ((), {})
    vacuous = _in_port_names(undefined, read.ports) if undefined else ()
    outputs = {port.name for port in read.ports if port.direction == "output"}
    nothing = bool(vacuous) and outputs == set(vacuous)
    if nothing:
        undefined, _ = await prover().vacuous(read, ZERO)
        nothing = outputs == set(_in_port_names(undefined, read.ports))
    return Reference(status, found.what, top, {front_end: read}, proofs, vacuous, graphs, nothing)


def _in_port_names(names: Sequence[str], ports: Sequence[Port]) -> tuple[str, ...]:
    """`gold_o0_d[3]` as the reference calls it; a port's name where it is all of its bits."""
    told = []
    short = short_names(tuple(ports))
    for port in ports:
        prefix = f"gold_{short[port.name]}_d"
        bits = [name.removeprefix(prefix) for name in names if name.partition("[")[0] == prefix]
        whole = len(bits) == (port.width or 1)
        told += [port.name] if whole else [port.name + bit for bit in sorted(bits)]
    return tuple(told)
