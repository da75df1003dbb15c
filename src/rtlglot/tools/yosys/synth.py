"""yosys on one text: the tool that runs in the box for the check `synth`.

Every error of yosys ends the process (log_error calls exit), so what it refused is read from its log
by the check; what it took comes back as numbers and problems.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.yosys import reader
from rtlglot.tools.yosys.problems import problems_of, signal
from rtlglot.tools.yosys.reader import Yosys

_NOT_LOGIC = re.compile(r"\$(?:print|check|scopeinfo|meminit.*)")
_FLIP_FLOP = re.compile(r"\$(?:[a-z]*dff[a-z]*|ff|sr)_(\d+)$")
_LATCH = re.compile(r"\$[a-z]*latch[a-z]*_(\d+)$")
MOST_PROBLEMS = 20
_MOST_WIRE_BITS = 50_000
"""Above these the search for loops takes the square of their number, and is left out."""
_OVERRULED = re.compile(r"Driver-driver conflict for (.+?) between cell")


_SAMPLE = "module sample; endmodule"
_WARM: list[Yosys] = []


def warm() -> None:
    """Build something small, so that forked children find in memory what every design needs."""
    yosys = _built(_SAMPLE, "sv2017", "slang")
    _totals(yosys.log_of("stat -json -width"))
    list(problems_of(yosys.log_of("check")))
    # its names stay: those of a text would take the numbers of names that are gone, and their order, in
    # which loops and signals are told, would be another one
    _WARM.append(yosys)


def synthesise(arguments: Json) -> Json:
    """Read `text` of `standard` with `front_end`, its top being `top` (None: found), and bring it to cells.

    `{"cells", "flip_flops", "latches" (both in bits), "memory_bits", "unknown": types, "problems":
    [[kind, what, line, column]]}`, kind being 'drivers', 'loop' or 'undriven'. Without `initial` the
    initial blocks are left out, and with them what says that something is undriven; without `memories`
    registers are made of all memories, which large ones that loops clear ask for. `searched` is false
    where the design is too large to look for loops, which `strict` does nevertheless.
    """
    text, standard, front_end = (arguments[name] for name in ("text", "standard", "front_end"))
    initial, memories = arguments["initial"], arguments["memories"]
    top = arguments["top"] if arguments["top"] and reader.is_plain(arguments["top"]) else None
    yosys = _built(text, standard, front_end, top=top, initial=initial, memories=memories)
    # what nothing reads goes first: temporaries that several processes write are no conflict
    problems = [["drivers", signal(f".{name}"), None, None] for name in _overruled(yosys)]
    totals = _totals(yosys.log_of("stat -json -width"))
    small = memories and totals.get("num_wire_bits", 0) <= _MOST_WIRE_BITS
    searched = arguments["strict"] or small
    if searched:
        problems += problems_of(yosys.log_of("check"))
    # one of a kind for each signal, not for each bit
    problems = [json.loads(text) for text in dict.fromkeys(map(json.dumps, problems))]
    if not initial:
        problems = [problem for problem in problems if problem[0] != "undriven"]
    memory_bits = totals.get("num_memory_bits", 0)
    found = {"memory_bits": memory_bits, "problems": problems[:MOST_PROBLEMS], "searched": searched}
    return found | _counts(totals)


def _built(text: str, standard: str, front_end: str, **how: Any) -> Yosys:
    """A text as cells; `how` it is read is told at `Yosys.read`."""
    yosys, top = Yosys(), how.get("top")
    yosys.read(text, standard, front_end, **how)
    if front_end != "slang":
        yosys(f"hierarchy -top {top}" if top else "hierarchy -auto-top", "proc")
    elif not top:  # with one it leaves nothing else, and it has turned the processes into cells
        yosys.quietly("hierarchy -auto-top")
    yosys.quietly("tribuf")
    return yosys


def _overruled(yosys: Yosys) -> list[str]:
    """The signals whose drivers the cleaner overrules, since they have a constant one as well."""
    return _OVERRULED.findall(yosys.log_of("opt_clean"))


def _totals(output: str) -> dict[str, Any]:
    statistics = json.loads(output[output.index("{") :])
    totals: dict[str, Any] = statistics.get("design", {})
    modules = statistics.get("modules", {})
    totals["modules"] = [name.removeprefix("\\") for name in modules]
    return totals


def _counts(totals: dict[str, Any]) -> dict[str, Json]:
    types: dict[str, int] = totals.get("num_cells_by_type", {})
    logic = {name: count for name, count in types.items() if not _NOT_LOGIC.fullmatch(name)}
    modules = set(totals["modules"])
    return {
        "cells": sum(count for name, count in logic.items() if name.startswith("$")),
        "flip_flops": _bits(_FLIP_FLOP, logic.items()),
        "latches": _bits(_LATCH, logic.items()),
        "unknown": sorted(name for name in logic if not name.startswith("$") and name not in modules),
        "modules": sorted(modules),
    }


def _bits(kind: re.Pattern[str], types: Iterable[tuple[str, int]]) -> int:
    return sum(int(match[1]) * count for name, count in types if (match := kind.match(name)))
