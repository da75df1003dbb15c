"""yosys on one text: the tool that runs in the box for the check `synth`.

Every error of yosys ends the process (log_error calls exit), so what it refused is read from its log
by the check; what it took comes back as numbers and problems.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pyosys import libyosys

from rtlglot.records import Json

_SOURCE = "design.sv"
_STANDARDS = {"v2001": "1364-2005", "v2005": "1364-2005", "sv2017": "1800-2017"}
_LIMITS = (
    "--max-include-depth 0 --max-parse-depth 512 --max-hierarchy-depth 32 --max-generate-steps 20000 "
    "--max-constexpr-steps 200000 --max-constant-size 1048576 --error-limit 20"
)
# the same reading of a text as in simulation: nothing is hidden from one of the two
_SAME = "--no-synthesis-define --no-default-translate-off-format --ignore-timing --ignore-assertions"
_NOT_LOGIC = frozenset({"$print", "$check", "$scopeinfo"})
_FLIP_FLOP = re.compile(r"\$(?:[a-z]*dff[a-z]*|ff|sr)_(\d+)$")
_LATCH = re.compile(r"\$[a-z]*latch[a-z]*_(\d+)$")
_AT = re.compile(rf"{re.escape(_SOURCE)}:(\d+)\.(\d+)")
MOST_PROBLEMS = 20


def warm() -> None:
    """Register yosys' passes and touch them, so that forked children find them in memory."""
    design = libyosys.Design()
    for command in ("proc", "opt", "memory -nomap", "check", "stat"):
        libyosys.run_pass(command, design)


def synthesise(arguments: Json) -> Json:
    """Read `text` with `frontend` ('slang' or 'verilog') and bring it to cells.

    `{"cells", "flip_flops", "latches" (both in bits), "memory_bits", "unknown": types, "problems":
    [[kind, what, line, column]]}`, kind being 'drivers', 'loop' or 'undriven'.
    """
    with open(_SOURCE, "w", encoding="utf-8", errors="replace") as file:
        file.write(arguments["text"])
    design = libyosys.Design()
    for command in (_read(arguments), "hierarchy -auto-top", "proc", "tribuf"):
        libyosys.run_pass(command, design)
    # drivers are looked at before the optimiser merges what conflicts
    problems = [p for p in _problems(_output("check", design)) if p[0] == "drivers"]
    libyosys.run_pass("opt", design)
    memory_bits = _totals(_output("stat -json", design)).get("num_memory_bits", 0)
    libyosys.run_pass("memory -nomap", design)
    problems += [p for p in _problems(_output("check", design)) if p[0] != "drivers"]
    totals = _totals(_output("stat -json -width", design))
    # one of a kind for each signal, not for each bit
    problems = [json.loads(text) for text in dict.fromkeys(map(json.dumps, problems))]
    return {"memory_bits": memory_bits, "problems": problems[:MOST_PROBLEMS]} | _counts(totals)


def _read(arguments: Json) -> str:
    if arguments["frontend"] == "slang":
        return f"read_slang -j 1 --std {_STANDARDS[arguments['standard']]} {_LIMITS} {_SAME} {_SOURCE}"
    return f"read_verilog {'-sv ' if arguments['standard'] == 'sv2017' else ''}{_SOURCE}"


def _output(command: str, design: Any) -> str:
    libyosys.run_pass(f"tee -q -o output.txt {command}", design)
    with open("output.txt", encoding="utf-8", errors="replace") as file:
        return file.read()


def _totals(output: str) -> dict[str, Any]:
    statistics = json.loads(output[output.index("{") :])
    totals: dict[str, Any] = statistics.get("design", {})
    modules = statistics.get("modules", {})
    totals["modules"] = [name.removeprefix("\\") for name in modules]
    return totals


def _counts(totals: dict[str, Any]) -> dict[str, Json]:
    types: dict[str, int] = totals.get("num_cells_by_type", {})
    logic = {name: count for name, count in types.items() if name not in _NOT_LOGIC}
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


def _problems(output: str) -> Iterator[list[Json]]:
    """The warnings of `check`, each with the indented lines below it."""
    for block in re.split(r"^Warning: ", output, flags=re.MULTILINE)[1:]:
        title, *rest = block.splitlines()
        details = [line.strip() for line in rest if line.startswith("    ")]
        place = _AT.search("\n".join(details))
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        if "conflicting drivers" in title:
            if not _three_state(details):
                yield ["drivers", _signal(title.rpartition(" for ")[2]), line, column]
        elif "logic loop" in title:
            yield ["loop", _through(details), line, column]
        elif "has no driver" in title:
            yield ["undriven", _signal(title.removeprefix("Wire ").partition(" is used")[0]), line, column]


def _three_state(details: list[str]) -> bool:
    return all("($tribuf)" in line or line.startswith("module in") for line in details)


def _signal(name: str) -> str:
    """`m.\\q [3]:` as `q`; what yosys named itself as ''."""
    name = re.sub(r" \[[\d:]+\]$", "", name.strip().rstrip(":")).partition(".")[2]
    return "" if name.startswith("$") else name.removeprefix("\\")


def _through(details: list[str]) -> str:
    names = [line.split()[1].removeprefix("\\") for line in details if line.startswith("wire \\")]
    return ", ".join(dict.fromkeys(names[:6]))
