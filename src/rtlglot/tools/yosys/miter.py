"""Reference and candidate in one circuit, as an and-inverter graph. Runs inside the Box.

The reference is three-valued: a register without an initial value starts as x, and where one of its
outputs is x anything will do. The candidate is one of two things. Under the start `x` it is three-valued
as well: equivalent then means that it does what the reference defines, in a simulation too, and never
answers x where the reference answers; what it does by telling x from 0 and 1 counts as x, since no hardware
can. Under `any` its registers without an initial value start with any
bits, and all its x are any bits: whatever it powers up with, it does what the reference defines (safe
replacement; the formulation is that of YosysHQ's EQY). Under `zero` the registers of both start with 0.

Time is one of two: where both designs are clocked by one and the same edge of one input bit, a frame
is a clock cycle (async2sync); otherwise a frame is a moment, clocks are inputs like others, and each
flip-flop watches its own edge (clk2fflogic), so that a lost or swapped edge is seen. Where something
acts without the clock (an asynchronous reset), one more input says whether a cycle's edge comes at all,
so that what happens between two edges is seen as well.

Input ports become i0, i1 …, output ports o0, o1 … in the order of the reference, whatever their names.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlglot.tools.abc.aig import Aig, read_aiger
from rtlglot.tools.abc.joined import Cut, joined
from rtlglot.tools.abc.points import Register
from rtlglot.tools.yosys.arithmetic import GATES, ROWS, TURNED, in_gates, rows
from rtlglot.tools.yosys.cuts import cuts_of
from rtlglot.tools.yosys.netlist import Netlist
from rtlglot.tools.yosys.reader import CIRCUITS, Yosys
from rtlglot.tools.yosys.registers import (
    mark_parts,
    marked,
    marked_again,
    places_of,
    registers_of,
    with_words,
)
from rtlglot.verilog.interface import Port

X, ANY, ZERO = "x", "any", "zero-initialised"
"""What registers without an initial value start with: see above."""
TICK = "tick"
"""The input that says whether the edge of a cycle comes."""

_SIDES = ("gold", "gate")
_FLIP_FLOP = re.compile(r"^(  cell \$(?:dff|adff|aldff|dffsr))( \S+\n)", re.MULTILINE)
_MODULE = re.compile(r"^module .*\n", re.MULTILINE)
_MAPPED = ("$_AND_", "$_NOT_", "$_FF_", "$ff", "$anyinit", "$anyseq", "$scopeinfo")
_NOT_MAPPED = "t:* " + " ".join(f"t:{kind} %d" for kind in _MAPPED)


@dataclass(frozen=True, slots=True)
class Frame:
    """What one frame of the proof is."""

    kind: str
    """'none' (no state), 'cycle' or 'moment'."""
    clock: str = ""
    """The input port that is the one clock, where kind is 'cycle'; '' for a design of latches."""
    rising: bool = True
    ticks: bool = False
    """Whether the edge of a cycle may stay away."""


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both designs in one yosys."""

    yosys: Yosys
    registers: Sequence[Register]


def clocking_of(reference: Netlist, candidate: Netlist) -> Frame:
    """The coarsest model of time that loses nothing of either design."""
    both = (reference, candidate)
    if not any(side.has_state for side in both):
        return Frame("none")
    clocks = {clock for side in both for clock in side.clocks}
    plain = not any(side.inner_clocks or side.clock_is_data for side in both)
    latched = any(side.latches for side in both)
    if plain and not clocks:
        return Frame("cycle")
    if plain and len(clocks) == 1 and not latched:
        name, rising = next(iter(clocks))
        return Frame("cycle", name, rising, any(side.asynchronous for side in both))
    return Frame("moment")


def build(
    reference: Netlist,
    candidate: Netlist,
    ports: tuple[Port, ...],
    clocking: Frame,
    semantics: str,
    *,
    products: str = ROWS,
) -> Aig:
    """The graph with the outputs gold_oN_d, gold_oN_x (its x mask), gate_oN_d and gate_oN_x, and with those
    of the registers (see `yosys.registers`). `products` says of what products are made."""
    sides = _both_read(reference, candidate, ports)
    yosys = sides.yosys
    for name in _SIDES:
        yosys(f"select {name}", "memory_map -formal", "opt_expr -keepdc", "opt_clean", "select -clear")
        yosys(mark_parts(name))
    if products == GATES:
        yosys(*in_gates(_SIDES[0]))
    return _mitered(sides, clocking, semantics, turned=products == TURNED)


def build_cut(
    reference: Netlist, candidate: Netlist, ports: tuple[Port, ...], clocking: Frame, semantics: str
) -> Aig | None:
    """Likewise, with memories and black boxes cut out of both and joined again; None where they have
    no like in the other side."""
    opened = build_open(reference, candidate, ports, clocking, semantics)
    return joined(*opened) if opened else None


def build_open(
    reference: Netlist, candidate: Netlist, ports: tuple[Port, ...], clocking: Frame, semantics: str
) -> tuple[Aig, Cut] | None:
    """Likewise, not joined: what the cut parts hear are inputs, what they are told outputs."""
    if clocking.kind == "moment" and any(side.memory_bits for side in (reference, candidate)):
        return None  # a memory has no clock there that could be watched
    sides = _both_read(reference, candidate, ports)
    yosys = sides.yosys
    modules = []
    for name in _SIDES:
        yosys(f"select {name}", f"write_json -selected {name}.json", "select -clear")
        modules.append(json.loads(Path(f"{name}.json").read_bytes())["modules"][name])
    prefix = "cut_"
    while any(port.name.startswith(prefix) for port in ports):
        prefix += "_"
    cuts = cuts_of(modules[0], modules[1], prefix)
    if cuts is None:
        return None
    for name in _SIDES:
        _edit(yosys, name, functools.partial(cuts.edited, side=name))
    return _mitered(sides, clocking, semantics), cuts.cut


def listed(reference: Netlist, candidate: Netlist) -> list[Register]:
    """The registers of both, in the order of the places in the names of a graph's outputs."""
    return registers_of(*zip(_SIDES, (reference.rtlil, candidate.rtlil), strict=True))


def _both_read(reference: Netlist, candidate: Netlist, ports: tuple[Port, ...]) -> _Sides:
    yosys, registers = Yosys(), listed(reference, candidate)
    for name, side in zip(_SIDES, (reference, candidate), strict=True):
        first = next((place for place, register in enumerate(registers) if register.side == name), 0)
        Path(f"{name}.il").write_text(marked(side.rtlil, name, first), encoding="utf-8")
        yosys(f"read_rtlil {name}.il", f"rename netlist {name}")
        _rename_ports(yosys, name, ports)
    return _Sides(yosys, registers)


def _mitered(sides: _Sides, clocking: Frame, semantics: str, *, turned: bool = False) -> Aig:
    yosys = sides.yosys
    yosys("dffunmap")
    for name in _SIDES:
        _model_time(yosys, name, clocking, semantics)
    free = "" if semantics == X else "-ff2anyinit "
    yosys(f"formalff -clk2ff {free}gate")
    if semantics != X:
        yosys("setundef -undriven -anyseq gate")
    yosys(
        "miter -equiv -make_outputs -flatten gold gate miter",
        "hierarchy -top miter",
        # what both sides compute alike becomes one, which is what makes multipliers easy
        "opt_merge",
        "delete miter/w:trigger",
        "opt_clean",
    )
    _edit(yosys, "miter", functools.partial(with_words, registers=sides.registers))
    yosys(
        "hierarchy -top miter",
        "xprop -formal -split-outputs -assume-def-inputs",
        "chformal -remove",
        "simplemap t:$ff t:$bwmux",
    )
    if yosys.has("t:$mul"):
        Path("rows.v").write_text(rows(turned=turned), encoding="ascii")
        yosys("techmap -map rows.v t:$mul")
    yosys("aigmap")
    for _ in range(2):
        # slow, and needed only for what aigmap has no circuit for (dividers, shifters …)
        if yosys.has(_NOT_MAPPED):
            yosys(f"techmap -map %{CIRCUITS} {_NOT_MAPPED}", "aigmap")
    yosys("write_aiger -zinit -symbols miter.aig")
    return read_aiger(Path("miter.aig").read_bytes())


def _rename_ports(yosys: Yosys, module: str, ports: tuple[Port, ...]) -> None:
    # no name that the text chose may stay, or it could be one of ours
    names = short_names(ports)
    yosys(f"rename -hide {module}/w:*", f"cd {module}")
    yosys(*(f"rename {old} {new}" for old, new in names.items()), "cd ..")


def short_names(ports: tuple[Port, ...]) -> dict[str, str]:
    """Each port's name in the graph: i0, i1 … and o0, o1 …, with _ until they differ from all names."""
    taken = {TICK} | {port.name for port in ports}
    tail = ""
    while any(f"{letter}{n}{tail}" in taken for letter in "io" for n in range(len(ports))):
        tail += "_"
    numbers = {"input": 0, "output": 0}
    names = {}
    for port in ports:
        names[port.name] = f"{port.direction[0]}{numbers[port.direction]}{tail}"
        numbers[port.direction] += 1
    return names


def _model_time(yosys: Yosys, module: str, clocking: Frame, semantics: str) -> None:
    if semantics == ZERO:
        yosys(f"setundef -init -zero {module}")
    if clocking.kind == "moment":
        _watch_edges(yosys, module)
        return
    if clocking.ticks:
        _let_edges_wait(yosys, module)
    yosys(f"async2sync {module}", f"formalff -clk2ff {module}")


def _watch_edges(yosys: Yosys, module: str) -> None:
    places: dict[str, str] = {}

    def noted(text: str) -> str:
        places.update(places_of(text))
        return text

    _edit(yosys, module, noted)
    yosys(f"clk2fflogic {module}")
    _edit(yosys, module, functools.partial(marked_again, places=places))


def _let_edges_wait(yosys: Yosys, module: str) -> None:
    """Give every flip-flop one and the same enable, which is a new input."""
    enabled = f"    parameter \\EN_POLARITY 1'1\n    connect \\EN \\{TICK}\n"

    def waiting(text: str) -> str:
        text = _FLIP_FLOP.sub(lambda found: f"{found[1]}e{found[2]}{enabled}", text)
        return _MODULE.sub(lambda found: f"{found[0]}  wire input 1000000 \\{TICK}\n", text, count=1)

    _edit(yosys, module, waiting)


def _edit(yosys: Yosys, module: str, change: Callable[[str], str]) -> None:
    """Change a module as RTLIL, yosys' own text form."""
    yosys(f"select {module}", f"write_rtlil -selected {module}.il", "select -clear", f"delete {module}")
    file = Path(f"{module}.il")
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    yosys(f"read_rtlil {file}")
