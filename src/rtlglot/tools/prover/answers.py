"""What the prover's tools answer: made inside the Box, read outside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rtlglot.records import Json
from rtlglot.sandbox import BoxResult, Ended
from rtlglot.tools.slang.tops import Remark, Top
from rtlglot.tools.yosys.buses import DRIVEN, ENABLED, GIVEN
from rtlglot.tools.yosys.miter import Frame
from rtlglot.tools.yosys.netlist import Netlist
from rtlglot.verilog.interface import Port
from rtlglot.verilog.same import Conditional

Trace = Mapping[str, Json]
"""A difference as `trace_of` gives it."""
Answers = Sequence[Mapping[str, Sequence[str]]]
"""For each step each output's value before and after the edge."""
Graphs = Mapping[tuple[str, Frame], str]
"""The miter of a reference with itself, as AIGER, by the front end that read it and its model of time;
'' where nothing can be asked of it."""
_ERROR = re.compile(r"^.*?\bERROR:\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a text is not compared."""

    status: str
    """'unsupported', 'timeout' or 'error'."""
    what: str = ""
    findings: tuple[Mapping[str, Json], ...] = ()
    unreadable: bool = False
    """The front end ended its process: another one may read the text."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One design as it was read."""

    top: Top
    netlist: Netlist | None
    """None where only a simulation is possible."""
    text: str
    """As delivered."""
    plain: str
    version: str
    """The language, in slang's words."""
    macros: tuple[str, ...] = ()
    """Of others, which decide what the design is."""
    alternatives: Mapping[str, str] = field(default_factory=dict)
    """What it is where some of them are defined."""
    unknown: tuple[str, ...] = ()
    """Modules that the text lacks: black boxes."""

    @property
    def ports(self) -> tuple[Port, ...]:
        """Those of the netlist: a port that others may drive too is several there."""
        split = self.netlist.buses if self.netlist else ()
        return tuple(
            one for port in self.top.ports for one in (apart(port) if port.name in split else (port,))
        )

    @property
    def conditional(self) -> Conditional:
        """The text with what it is elsewhere."""
        return Conditional(self.text, self.macros, self.alternatives)

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Reading:
        """Back from `to_json`."""
        top = value["top"]
        ports = tuple(Port(**port) for port in top["ports"])
        remarks = tuple(Remark(**remark) for remark in top["remarks"])
        netlist = Netlist.from_json(value["netlist"]) if value["netlist"] else None
        told = {"top": Top(top["name"], ports, top["odd"], remarks), "netlist": netlist}
        return cls(**{**value, **told, "macros": tuple(value["macros"]), "unknown": tuple(value["unknown"])})


def apart(port: Port) -> tuple[Port, ...]:
    """An inout port, or a three-state output, as the ports that it is in a netlist (see `buses`)."""
    told = tuple(Port(port.name + added, "output", port.width) for added in (ENABLED, DRIVEN))
    return (*told, Port(port.name + GIVEN, "input", port.width)) if port.direction == "inout" else told


@dataclass(frozen=True, slots=True)
class Step:
    """What the inputs are in one step."""

    inputs: Mapping[str, str]
    """Name to bits, most significant first."""
    held: bool = False
    """No edge of the one clock ends this step."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a simulator showed of one design."""

    samples: tuple[Mapping[str, str], ...] = ()
    """The outputs at the end of each of the last steps, before the clock's edge."""
    after: tuple[Mapping[str, str] | None, ...] = ()
    """The outputs after the edge with the inputs unchanged; None where there was no edge."""
    cpu_s: float = 0.0
    why: str = ""
    """Why nothing was shown: 'the simulator cannot compile it', …"""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one comparison."""

    status: str
    """'equivalent', 'different', 'unconfirmed', 'bounded', 'ports-differ', 'unsupported', 'timeout',
    'error'; inside the prover also 'open'."""
    what: str = ""
    findings: tuple[Mapping[str, Json], ...] = ()
    semantics: str = ""
    start: str = ""
    """What the candidate's registers start with: see `miter`."""
    engine: str = ""
    k: int | None = None
    trace: Trace | None = None
    steps: tuple[Step, ...] = ()
    """The inputs of the trace, for a simulator."""
    aiger: str = ""
    stimulus: tuple[tuple[int, ...], ...] = ()
    clocking: Frame | None = None
    matched: int = 0
    """Registers that were found to be others under other names."""
    points: Mapping[str, Json] | None = None
    """Bits of the candidate's registers: see `matched_points`."""
    registers: tuple[tuple[str, str, int], ...] = ()
    """Of both sides: side, name and lowest bit of each."""
    invariant: Mapping[str, Json] | None = None
    """Of a proof by one step: how many registers are the same as others, or sums and differences."""
    open: Mapping[str, Json] | None = None
    """Where there is no proof: the outputs that are not proved, how many registers they depend on, and names
    of these."""
    cut: tuple[str, ...] = ()
    """Memories and black boxes that were matched, and about whose insides nothing had to be asked."""
    top: str = ""
    front_end: str = ""
    blackboxes: tuple[str, ...] = ()
    """Modules and memories' files that neither text has, taken for the same where all about them is."""
    confirmed: bool | None = None
    unconfirmed_why: str = ""
    simulator: str = ""
    played: Mapping[str, Json] | None = None

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Found:
        """Back from what a tool answered."""
        told: dict[str, Any] = dict(value)
        if told.get("clocking"):
            told["clocking"] = Frame(**told["clocking"])
        told["steps"] = tuple(Step(**step) for step in told.get("steps") or ())
        told |= {name: tuple(told.get(name) or ()) for name in ("findings", "cut", "blackboxes")}
        told["registers"] = tuple((side, name, low) for side, name, low in told.get("registers") or ())
        told["stimulus"] = tuple(tuple(frame) for frame in told.get("stimulus") or ())
        return cls(**told)

    @property
    def proved(self) -> bool:
        """Whether it is a yes, as far as the solvers can tell."""
        return self.status == "equivalent"

    def but(self, **changes: Any) -> Found:
        """With some of it changed."""
        return replace(self, **changes)


def onto(found: Found, told: Mapping[str, Any]) -> Found:
    """What a tool found, over what was known already."""
    fresh = Found.from_json({"status": found.status, **told})
    changes = {name: getattr(fresh, name) for name in told if name not in ("clocking", "semantics", "start")}
    return replace(found, **{name: value for name, value in changes.items() if value or name == "k"})


def unsupported(what: str, findings: Sequence[Json] = ()) -> Unread:
    """A text that is beyond a proof."""
    return Unread("unsupported", what, tuple(findings))


def no_run(ran: BoxResult) -> Unread:
    """Why a tool of the box came to no end by itself."""
    if ran.ended is Ended.EXIT:
        said = _ERROR.findall(ran.log)
        return Unread("unsupported", said[0][:300] if said else "yosys cannot read it", unreadable=True)
    if ran.ended is Ended.MEMORY:
        return Unread("unsupported", "it needs more memory than a check may have")
    if ran.ended is Ended.TIMEOUT:
        return Unread("timeout", ran.detail)
    if ran.ended is Ended.CRASH:
        return Unread("error", ran.detail, unreadable=True)
    return Unread("unavailable" if ran.ended is Ended.UNAVAILABLE else "error", ran.detail)
