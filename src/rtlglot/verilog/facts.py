"""What is true of a design: its interface, and how it is clocked and reset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rtlglot.verilog.interface import ModuleInterface, Port


@dataclass(frozen=True, slots=True)
class Edges:
    """Bits of state that one clock input clocks."""

    rising: int
    falling: int


@dataclass(frozen=True, slots=True)
class Force:
    """Bits of state that one input forces to a constant while it is low, and while it is high."""

    asynchronous_low: int
    asynchronous_high: int
    synchronous_low: int
    synchronous_high: int
    outputs: Mapping[str, str] = field(default_factory=dict)
    """What the outputs are then, in bits, the highest first, 'x' where that is open."""

    @property
    def asynchronous(self) -> int:
        """Bits forced at once."""
        return self.asynchronous_low + self.asynchronous_high

    @property
    def synchronous(self) -> int:
        """Bits forced at the next clock edge."""
        return self.synchronous_low + self.synchronous_high

    @property
    def active(self) -> str | None:
        """'low' or 'high'; None where both levels force something."""
        low, high = self.synchronous_low, self.synchronous_high
        if self.asynchronous:
            low, high = self.asynchronous_low, self.asynchronous_high
        return None if bool(low) == bool(high) else "low" if low else "high"


@dataclass(frozen=True, slots=True)
class Clocking:
    """The state of a design and what clocks and resets it."""

    flip_flops: int
    latches: int
    memories: tuple[tuple[int, int], ...]
    """Words and bits of each."""
    clocks: Mapping[str, Edges]
    inner_clocks: int
    """Bits of state that are clocked by a signal made inside."""
    forces: Mapping[str, Force]
    """By one-bit input: resets and whatever acts like one."""

    @property
    def has_state(self) -> bool:
        """False for a combinational design."""
        return bool(self.flip_flops or self.latches or self.clocks or self.inner_clocks)


@dataclass(frozen=True, slots=True)
class Facts:
    """One reference design. Where `interface` is None nothing can be compared, and `trouble` says why."""

    interface: ModuleInterface | None
    modules: Mapping[str, ModuleInterface] = field(default_factory=dict)
    signals: Mapping[str, Port] = field(default_factory=dict)
    """What the top module declares, ports included; only name, width and bounds are meant."""
    names: frozenset[str] = frozenset()
    """Every identifier in the text."""
    missing: tuple[str, ...] = ()
    """Modules that the design uses and the text does not have."""
    clocking: Clocking | None = None
    """None where the netlist cannot be read; `trouble` says why."""
    trouble: str = ""

    def port(self, name: str) -> Port | None:
        """The top module's port of a name."""
        ports = self.interface.ports if self.interface else ()
        return next((port for port in ports if port.name == name), None)
