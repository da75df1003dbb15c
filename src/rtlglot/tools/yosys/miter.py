"""Reference and candidate in one circuit, as an and-inverter graph. Runs inside the Box.

The reference is three-valued: a register without an initial value starts as x, and where one of its
outputs is x anything will do. The candidate's registers without an initial value start with any bits,
and all its x are any bits too. So `equivalent` means: whatever the candidate powers up with, it does
what the reference defines (safe replacement; the formulation is that of YosysHQ's EQY). Under
zero-initialised semantics the registers of both start with 0 instead.

Time is one of two: where both designs are clocked by one and the same edge of one input bit, a frame
is a clock cycle (async2sync); otherwise a frame is a moment, clocks are inputs like others, and each
flip-flop watches its own edge (clk2fflogic), so that a lost or swapped edge is seen.

Input ports become i0, i1 …, output ports o0, o1 … in the order of the reference, whatever their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rtlglot.tools.abc.aig import Aig, read_aiger
from rtlglot.tools.yosys.netlist import Netlist, Yosys
from rtlglot.verilog.interface import Port

X, ZERO = "x", "zero-initialised"
"""What registers without an initial value start with."""

_MAPPED = ("$_AND_", "$_NOT_", "$_FF_", "$ff", "$anyinit", "$anyseq", "$scopeinfo")
_NOT_MAPPED = " ".join(f"t:{kind}" for kind in _MAPPED) + " %u" * (len(_MAPPED) - 1) + " %n"


@dataclass(frozen=True, slots=True)
class Clocking:
    """What one frame of the proof is."""

    kind: str
    """'none' (no state), 'cycle' or 'moment'."""
    clock: str = ""
    """The input port that is the one clock, where kind is 'cycle'; '' for a design of latches."""
    rising: bool = True


def clocking_of(reference: Netlist, candidate: Netlist) -> Clocking:
    """The coarsest model of time that loses nothing of either design."""
    both = (reference, candidate)
    if not any(side.has_state for side in both):
        return Clocking("none")
    clocks = {clock for side in both for clock in side.clocks}
    plain = not any(side.inner_clocks or side.clock_is_data for side in both)
    latched = any(side.latches for side in both)
    if plain and not clocks:
        return Clocking("cycle")
    if plain and len(clocks) == 1 and not latched:
        name, rising = next(iter(clocks))
        return Clocking("cycle", name, rising)
    return Clocking("moment")


def build(
    reference: Netlist, candidate: Netlist, ports: tuple[Port, ...], clocking: Clocking, semantics: str
) -> Aig:
    """The graph with the outputs gold_oN_d, gold_oN_x (its x mask) and gate_oN."""
    yosys = Yosys()
    for name, side in (("gold", reference), ("gate", candidate)):
        Path(f"{name}.il").write_text(side.rtlil, encoding="utf-8")
        yosys(f"read_rtlil {name}.il", f"rename netlist {name}")
        _rename_ports(yosys, name, ports)
        _model_time(yosys, name, clocking, semantics)
    yosys(
        "formalff -clk2ff -ff2anyinit gate",
        "setundef -undriven -anyseq gate",
        "miter -equiv -make_outputs -flatten gold gate miter",
        "hierarchy -top miter",
        # what both sides compute alike becomes one, which is what makes multipliers easy
        "opt_merge",
        "delete miter/w:trigger",
        "opt_clean",
        "xprop -formal -split-outputs -assume-def-inputs",
        "chformal -remove",
        "simplemap t:$ff",
        # aigmap first: techmap is slow, and needed only for what aigmap has no circuit for
        # (multipliers, dividers, shifters …)
        "aigmap",
        f"techmap {_NOT_MAPPED}",
        "aigmap",
        f"techmap {_NOT_MAPPED}",
        "aigmap",
        "write_aiger -zinit -symbols miter.aig",
    )
    return read_aiger(Path("miter.aig").read_bytes())


def _rename_ports(yosys: Yosys, module: str, ports: tuple[Port, ...]) -> None:
    # no name that the text chose may stay, or it could be one of ours
    names = short_names(ports)
    yosys(f"rename -hide {module}/w:*", f"cd {module}")
    yosys(*(f"rename {old} {new}" for old, new in names.items()), "cd ..")


def short_names(ports: tuple[Port, ...]) -> dict[str, str]:
    """Each port's name in the graph: i0, i1 … and o0, o1 …, with _ until they differ from all names."""
    taken = {port.name for port in ports}
    tail = ""
    while any(f"{letter}{n}{tail}" in taken for letter in "io" for n in range(len(ports))):
        tail += "_"
    numbers = {"input": 0, "output": 0}
    names = {}
    for port in ports:
        names[port.name] = f"{port.direction[0]}{numbers[port.direction]}{tail}"
        numbers[port.direction] += 1
    return names


def _model_time(yosys: Yosys, module: str, clocking: Clocking, semantics: str) -> None:
    if semantics == ZERO:
        yosys(f"setundef -init -zero {module}")
    if clocking.kind == "moment":
        yosys(f"clk2fflogic {module}")
    else:
        yosys(f"async2sync {module}", f"formalff -clk2ff {module}")
