"""From a Verilog text to one flat netlist, read by yosys. Runs inside the Box.

A syntax error makes yosys end the process, so a front end that cannot read a text costs a whole
child; the caller tries the next one of FRONT_ENDS in a new child.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.slang.plain import latches_allowed

FRONT_ENDS = ("slang", "verilog")
"""In the order in which they are tried. slang reads more of SystemVerilog; yosys' own front end
reads a few designs that slang's refuses (blocking and nonblocking assignment to one variable)."""

_SLANG = (
    "read_slang --no-synthesis-define --no-default-translate-off-format --ignore-assertions"
    " --max-include-depth 0 --allow-use-before-declare --relax-enum-conversions"
    " --relax-string-conversions --allow-merging-ansi-ports"
)
_VERILOG = "read_verilog -sv -nosynthesis -noassert -noassume"
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_LATCHES = frozenset({"$dlatch", "$adlatch", "$dlatchsr", "$sr"})
_NO_LOGIC = frozenset({"$scopeinfo", "$print", "$check"})


class Unsupported(Exception):
    """A design that is beyond a proof, with what about it is."""


@dataclass(frozen=True, slots=True)
class Netlist:
    """One flat design and what decides how its time is modelled."""

    top: str
    rtlil: str
    front_end: str
    clocks: tuple[tuple[str, bool], ...] = ()
    """Name and whether the rising edge counts, of each clock that is a one-bit input port."""
    inner_clocks: bool = False
    """Some flip-flop is clocked by a signal made inside, or by one bit of many."""
    clock_is_data: bool = False
    """Some clock is also read as an ordinary value."""
    latches: int = 0
    flip_flops: int = 0
    memory_bits: int = 0

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Netlist:
        """Back from `to_json`."""
        return cls(**{**value, "clocks": tuple((name, rising) for name, rising in value["clocks"])})

    @property
    def has_state(self) -> bool:
        """False for a combinational design."""
        return bool(self.latches or self.flip_flops)


class Yosys:
    """Commands to one yosys design; its log goes to the child's output."""

    def __init__(self) -> None:
        from pyosys import libyosys

        self._library = libyosys
        self.design = libyosys.Design()

    def __call__(self, *commands: str) -> None:
        for command in commands:
            self._library.run_pass(command, self.design)

    def log_of(self, command: str) -> str:
        """What a command prints."""
        self._library.run_pass(f"tee -q -o command.log {command}", self.design)
        return Path("command.log").read_text(encoding="utf-8", errors="replace")


def read_netlist(plain: str, version: str, top: str, *, front_end: str, most_memory_bits: int) -> Netlist:
    """Read, elaborate and flatten a text (see `source.plain_text`). Raises Unsupported for what a
    proof cannot handle; yosys ends the process for what it cannot read."""
    if not _PLAIN_NAME.fullmatch(top):
        # it becomes part of a command
        raise Unsupported("module name with special characters")
    texts = [latches_allowed(plain)]
    if front_end == "slang":
        texts.insert(0, plain)
    trouble = ""
    for text in texts:
        yosys = Yosys()
        _read(yosys, text, version, top, front_end)
        trouble = _trouble(yosys)
        if "loop" not in trouble:
            break
    if trouble:
        raise Unsupported(trouble)
    memory_bits = _memory_bits(_cells(yosys))
    if memory_bits > most_memory_bits:
        raise Unsupported(f"memory of {memory_bits} bits (at most {most_memory_bits})")
    yosys("memory_map -formal", "opt_expr -keepdc", "opt_clean")
    facts = _facts(_module(yosys))
    yosys("write_rtlil netlist.il")
    return Netlist(
        top=top,
        rtlil=Path("netlist.il").read_text(encoding="utf-8"),
        front_end=front_end,
        memory_bits=memory_bits,
        **facts,
    )


def _read(yosys: Yosys, text: str, version: str, top: str, front_end: str) -> None:
    Path("design.sv").write_text(text, encoding="utf-8")
    if front_end == "slang":
        yosys(f"{_SLANG} --std {version} --top {top} design.sv")
    else:
        yosys(f"{_VERILOG} design.sv")
    os.remove("design.sv")
    yosys(
        f"hierarchy -check -top {top}",
        "proc -noopt",
        "flatten",
        "chformal -remove",
        "opt_expr -keepdc",
        "memory -nomap",
        "opt_clean",
        f"rename {top} netlist",
    )


def _trouble(yosys: Yosys) -> str:
    log = yosys.log_of("check")
    if "multiple conflicting drivers" in log:
        return "multiple drivers of one signal"
    if "found logic loop" in log:
        return "combinational loop"
    return ""


def _module(yosys: Yosys) -> Mapping[str, Any]:
    yosys("write_json netlist.json")
    design = json.loads(Path("netlist.json").read_bytes())
    module: Mapping[str, Any] = next(iter(design["modules"].values()))
    return module


def _cells(yosys: Yosys) -> Mapping[str, Any]:
    cells: Mapping[str, Any] = _module(yosys)["cells"]
    return cells


def _memory_bits(cells: Mapping[str, Any]) -> int:
    total = 0
    for cell in cells.values():
        if cell["type"].startswith("$mem"):
            total += int(cell["parameters"]["SIZE"], 2) * int(cell["parameters"]["WIDTH"], 2)
    return total


def _facts(module: Mapping[str, Any]) -> dict[str, Any]:
    inputs = {
        port["bits"][0]: name
        for name, port in module["ports"].items()
        if port["direction"] == "input" and len(port["bits"]) == 1
    }
    edges, data, widths = set(), set(), Counter[str]()
    for cell in module["cells"].values():
        kind = cell["type"]
        if kind in _NO_LOGIC:
            continue
        _refuse(kind)
        clocked = "CLK" in cell["connections"]
        for name, bits in cell["connections"].items():
            if clocked and name == "CLK":
                edges.add((bits[0], int(cell["parameters"]["CLK_POLARITY"], 2) == 1))
            elif cell["port_directions"][name] == "input":
                data.update(bits)
        if clocked or kind in _LATCHES:
            widths["latches" if kind in _LATCHES else "flip_flops"] += int(cell["parameters"]["WIDTH"], 2)
    for port in module["ports"].values():
        if port["direction"] == "output":
            data.update(port["bits"])
    return {
        "clocks": tuple(sorted((inputs[bit], rising) for bit, rising in edges if bit in inputs)),
        "inner_clocks": any(bit not in inputs for bit, _ in edges),
        "clock_is_data": any(bit in data for bit, _ in edges),
        "latches": widths["latches"],
        "flip_flops": widths["flip_flops"],
    }


def _refuse(kind: str) -> None:
    if not kind.startswith("$"):
        raise Unsupported(f"module {kind} is not in the text")
    if kind in ("$tribuf", "$_TBUF_"):
        raise Unsupported("tri-state driver")
    if kind.startswith(("$any", "$all", "$assume", "$assert", "$live", "$fair", "$cover", "$equiv")):
        raise Unsupported(f"cell {kind}")
