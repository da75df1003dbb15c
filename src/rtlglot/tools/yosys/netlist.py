"""From a Verilog text to one flat netlist, read by yosys. Runs inside the Box."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.yosys import beyond, branches, canonical, holding
from rtlglot.tools.yosys.arithmetic import POWER
from rtlglot.tools.yosys.buses import Opened, opened
from rtlglot.tools.yosys.cuts import MEMORY, can_be_cut, marked, stubs
from rtlglot.tools.yosys.reader import Yosys

_LATCHES = frozenset({"$dlatch", "$adlatch", "$dlatchsr", "$sr"})
_NO_LOGIC = frozenset({"$scopeinfo", "$print", "$check"})
_CLOCKS_OF_MEMORY = ("RD_CLK", "WR_CLK")
_ASYNCHRONOUS = frozenset({"$aldff", "$aldffe", "$dffsr", "$dffsre", "$adff", "$adffe"})


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
    asynchronous: bool = False
    """Some flip-flop is set, reset or loaded without its clock."""
    loaded: bool = False
    """Some of these loads a value that may change while the load lasts, or has both set and reset."""
    latches: int = 0
    flip_flops: int = 0
    memory_bits: int = 0
    beyond: str = ""
    """What about it has no model made of gates, so that it can only be the same netlist as another, or
    be cut out of both."""
    cut: tuple[str, ...] = ()
    """Its memories and black boxes by name, where nothing else is beyond a model of gates."""
    files: tuple[str, ...] = ()
    """Its memories that are filled from files."""
    buses: tuple[str, ...] = ()
    """Its inout ports and three-state outputs, of which each is several ports here (`buses`)."""
    shared: str = ""
    """What is shared with other drivers, in words, where `buses` speaks of ports or of inner nets."""
    stubs: str = ""
    """Empty modules in the place of its black boxes, for a simulator."""
    digest: str = ""
    """The same for two netlists of one structure; '' where that cannot be told."""

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Netlist:
        """Back from `to_json`."""
        clocks = tuple((name, rising) for name, rising in value["clocks"])
        names = {name: tuple(value[name]) for name in ("cut", "files", "buses")}
        return cls(**{**value, "clocks": clocks, **names})

    @property
    def has_state(self) -> bool:
        """False for a combinational design."""
        return bool(self.latches or self.flip_flops)


_FLATTENED = ("flatten", "chformal -remove", "delete t:$print", "opt_expr -keepdc")
_IDENTITY = re.compile(r"^  cell \$(?:eqx|nex) .*?^  end\n", re.MULTILINE | re.DOTALL)
_BESIDE_X = re.compile(r"connect \\[AB] .*\d'[01]*[xz]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that is to become a netlist (see `latches_allowed`)."""

    text: str
    version: str
    top: str
    loads: Mapping[str, str]
    """Arrays that are filled from files, as `file_loads` tells."""


def read_netlist(wanted: Wanted, *, front_end: str, most_memory_bits: int, sees_x: bool = True) -> Netlist:
    """Read, elaborate and flatten a text. Raises Unsupported for what a proof cannot handle; yosys ends
    the process for what it cannot read."""
    yosys, loads = Yosys(), wanted.loads
    _flatten(yosys, wanted, front_end, sees_x=sees_x)
    module = _with_powers(yosys)
    lost = beyond.trouble(yosys) or beyond.odd_ports(module) or beyond.odd_cells(module)
    digest = canonical.digest(module)
    split = _without_buses(yosys, module) if lost else None
    module, shared, lost = (split.module, lost, "") if split else (module, "", lost)
    apart = {n: c for n, c in module["cells"].items() if beyond.is_memory(c) or c["type"][0] != "$"}
    cut = tuple(apart) if not lost and all(map(can_be_cut, apart.values())) else ()
    lost = lost or beyond.missing(apart.values()) or ("memory filled from a file" if loads else "")
    lost = lost or beyond.large(module["cells"], most_memory_bits)
    yosys("write_rtlil netlist.il")
    return Netlist(
        top=wanted.top,
        rtlil="" if lost and not cut else Path("netlist.il").read_text(encoding="utf-8"),
        front_end=front_end,
        memory_bits=beyond.memory_bits(module["cells"]),
        beyond=lost,
        cut=cut,
        files=tuple(loads),
        stubs=stubs(module["cells"].values()),
        buses=split.ports if split else (),
        shared=shared,
        digest=digest,
        **_facts(module),
    )


def _flatten(yosys: Yosys, wanted: Wanted, front_end: str, *, sees_x: bool) -> None:
    """Read a text and make the one module `netlist` of it."""
    try:
        yosys.read(wanted.text, wanted.version, front_end, top=wanted.top)
    except ValueError as error:
        raise Unsupported(str(error)) from error
    yosys(f"hierarchy -top {wanted.top}")
    if not sees_x:
        _hide_x(yosys)
    yosys("proc -noopt")
    branches.prune(yosys)
    # the passes that simplify memories take one that nothing writes for undefined
    memories = "memory_collect" if wanted.loads else "memory -nomap"
    yosys(*_FLATTENED, memories, "memory_nordff", "opt_clean", f"rename {wanted.top} netlist")
    holding.enabled(yosys)
    if wanted.loads:
        _mark(yosys, wanted.loads)


def _without_buses(yosys: Yosys, module: Mapping[str, Any]) -> Opened | None:
    """The module with three-state drivers and inout ports as logic, in the place of the one that is there;
    None where that is not all that is beyond a proof, or where such a port clocks something."""
    split = opened(module)
    if split is None:
        return None
    Path("opened.json").write_text(json.dumps({"modules": {"netlist": split.module}}), encoding="utf-8")
    yosys("design -reset", "read_json opened.json", "opt_clean")
    plain = _module(yosys)
    lost = beyond.trouble(yosys) or beyond.odd_ports(plain) or beyond.odd_cells(plain)
    clocked = any(name not in module["ports"] for name, _ in _facts(plain)["clocks"])
    return None if lost or clocked else Opened(plain, split.ports)


def _with_powers(yosys: Yosys) -> Mapping[str, Any]:
    """The module, each power in it made of products."""
    module = _module(yosys)
    if all(cell["type"] != "$pow" for cell in module["cells"].values()):
        return module
    Path("pow.v").write_text(POWER, encoding="ascii")
    yosys("techmap -map pow.v t:$pow", "opt_expr -keepdc", "opt_clean")
    return _module(yosys)


def _mark(yosys: Yosys, loads: Mapping[str, str]) -> None:
    """Say of each memory what fills it."""
    cells = _module(yosys)["cells"]
    yosys("write_rtlil loaded.il", "design -reset")
    try:
        text = marked(Path("loaded.il").read_text(encoding="utf-8"), cells, loads)
    except KeyError as error:
        raise Unsupported(f"{error.args[0]} is filled from a file and not kept as a memory") from error
    Path("loaded.il").write_text(text, encoding="utf-8")
    yosys("read_rtlil loaded.il")


def _hide_x(yosys: Yosys) -> None:
    """Make == of ===, as it is in hardware and in a simulator that knows no x. Beside a constant with x
    it is left: that one is a hazard (`x-compare`)."""
    yosys("write_rtlil seen.il", "design -reset")
    text = _IDENTITY.sub(
        lambda found: found[0] if _BESIDE_X.search(found[0]) else found[0].replace("x ", " ", 1),
        Path("seen.il").read_text(encoding="utf-8"),
    )
    Path("seen.il").write_text(text, encoding="utf-8")
    yosys("read_rtlil seen.il")


def _module(yosys: Yosys) -> Mapping[str, Any]:
    yosys("write_json netlist.json")
    design = json.loads(Path("netlist.json").read_bytes())
    module: Mapping[str, Any] = next(iter(design["modules"].values()))
    return module


def _facts(module: Mapping[str, Any]) -> dict[str, Any]:
    inputs = {
        port["bits"][0]: name
        for name, port in module["ports"].items()
        if port["direction"] == "input" and len(port["bits"]) == 1
    }
    edges: set[tuple[Any, bool]] = set()
    data, widths = set(), Counter[str]()
    for cell in module["cells"].values():
        kind = cell["type"]
        if kind in _NO_LOGIC or not kind.startswith("$"):
            continue
        if kind == MEMORY:
            _add_memory(cell, edges, widths)
        clocked = "CLK" in cell["connections"]
        for name, bits in cell["connections"].items():
            if clocked and name == "CLK":
                edges.add((bits[0], int(cell["parameters"]["CLK_POLARITY"], 2) == 1))
            elif cell["port_directions"][name] == "input" and name not in _CLOCKS_OF_MEMORY:
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
        "asynchronous": any(cell["type"] in _ASYNCHRONOUS for cell in module["cells"].values()),
        "loaded": any(_loads(cell) for cell in module["cells"].values()),
    }


def _add_memory(cell: Mapping[str, Any], edges: set[tuple[Any, bool]], widths: Counter[str]) -> None:
    """The clocks of a memory's writes, and its bits as state; without a clock it is of latches."""
    parameters = cell["parameters"]
    count = int(parameters["WR_PORTS"], 2)
    bits = int(parameters["SIZE"], 2) * int(parameters["WIDTH"], 2)
    if not count:
        return
    enabled, rising = (
        [digit == "1" for digit in reversed(parameters[name])][:count]
        for name in ("WR_CLK_ENABLE", "WR_CLK_POLARITY")
    )
    edges |= {
        (bit, up)
        for bit, up, is_clock in zip(cell["connections"]["WR_CLK"], rising, enabled, strict=True)
        if is_clock
    }
    widths["flip_flops" if all(enabled) else "latches"] += bits


def _loads(cell: Mapping[str, Any]) -> bool:
    """Whether a flip-flop's load, set or reset acts otherwise while it lasts than at its edge, which is
    all that a process sees: the value loaded may change, or a set outlive a reset."""
    ends = cell["connections"]
    if cell["type"] in ("$aldff", "$aldffe"):
        return any(
            isinstance(bit, int) and bit != own for bit, own in zip(ends["AD"], ends["Q"], strict=True)
        )
    if cell["type"] in ("$dffsr", "$dffsre"):
        return any(
            isinstance(one, int) and isinstance(two, int)
            for one, two in zip(ends["SET"], ends["CLR"], strict=True)
        )
    return False
