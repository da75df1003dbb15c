"""The simulator of this host: Icarus Verilog where it is, else Verilator, else none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rtlglot.records import Json
from rtlglot.sandbox.job import Permit
from rtlglot.tools.simulator import icarus, verilator

_SIMULATE = {"icarus": icarus.simulate, "verilator": verilator.simulate}


class Simulator(Protocol):
    """What both installations say of themselves."""

    @property
    def version(self) -> str:
        """Name and version."""

    def permit(self) -> Permit:
        """What a run may start."""

    def to_json(self) -> dict[str, str]:
        """For `simulate`."""


def installed(wanted: str | None = None) -> Simulator | None:
    """The one to use: 'icarus', 'verilator', or None for the first of them that is here."""
    if wanted == "verilator":
        return verilator.installed()
    if wanted == "icarus":
        return icarus.installed()
    return icarus.installed() or verilator.installed()


def simulate(programs: Mapping[str, str], texts: Sequence[str], *, top: str, cpu_s: float) -> dict[str, Json]:
    """Compile texts together and run the module `top`; see `icarus.simulate`. Inside the box only."""
    return _SIMULATE[programs["kind"]](programs, texts, top=top, cpu_s=cpu_s)
