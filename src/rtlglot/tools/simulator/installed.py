"""The simulator of this host: Icarus Verilog where it is, else Verilator, else none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rtlglot.tools.simulator import icarus, verilator
from rtlglot.tools.simulator.simulation import Simulator

_KINDS: Mapping[str, Callable[..., Simulator]] = {
    "icarus": icarus.Icarus,
    "verilator": verilator.Verilator,
}


def installed(wanted: str | None = None) -> Simulator | None:
    """The one to use: 'icarus', 'verilator', or None for the first of them that is here."""
    if wanted == "verilator":
        return verilator.installed()
    if wanted == "icarus":
        return icarus.installed()
    return icarus.installed() or verilator.installed()


def from_json(programs: Mapping[str, str]) -> Simulator:
    """The simulator that said this of itself, on the other side of the box."""
    rest = {name: value for name, value in programs.items() if name != "kind"}
    return _KINDS[programs["kind"]](**rest)
