"""Tool of the box: which signals clock and reset a design, seen in its netlist after `proc`.

yosys ends its process for what it cannot read: the caller tries the next of FRONT_ENDS in a new child.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.yosys import reader
from rtlglot.tools.yosys.reader import Yosys
from rtlglot.tools.yosys.ternary import GateNetlist

_FINE = "not and or xor xnor reduce_and reduce_or reduce_xor reduce_xnor reduce_bool"
_FINE += " logic_not logic_and logic_or eq ne mux bmux"
_MOST_CANDIDATES = 32


def netlist(arguments: Json) -> Json:
    """``{"text", "standard", "top", "front_end"}`` to the design's state, clocks and resets.

    ``{"flip_flops", "latches", "memories": [[words, bits]], "clocks": {signal: {"rising", "falling"}},
    "inner_clocks", "resets": {signal: {"asynchronous": {"0", "1"}, "synchronous": {"0", "1"},
    "outputs": {port: bits}}}}``; the
    numbers are bits of state that the edge clocks, or that a one-bit input forces to a constant
    while it has that value (and does not while it has the other); where it forces none, those that
    then forget all state, as under a reset that loads a seed. `outputs` is what the outputs are then, `x`
    where that is open; empty where both values force something. `inner_clocks` counts bits that
    are clocked by a signal made inside. Raises ValueError for a top whose name is no plain one.
    """
    yosys = Yosys()
    yosys.read(arguments["text"], arguments["standard"], arguments["front_end"], top=arguments["top"])
    yosys(
        f"hierarchy -check -top {arguments['top']}",
        "proc",
        "flatten",
        "opt_expr",
        "opt_clean",
        "memory_collect",
        "pmuxtree",
        "simplemap " + " ".join(f"t:${kind}" for kind in _FINE.split()),
        "opt_clean",
        "write_json netlist.json",
    )
    modules = json.loads(Path("netlist.json").read_bytes())["modules"]
    return _facts(next(iter(modules.values())))


def warm() -> None:
    """Load the library and touch its passes, so that children find them in memory."""
    reader.warm("proc", "opt_expr", "opt_clean", "memory_collect", "pmuxtree", "simplemap")


def _facts(module: Mapping[str, Any]) -> Json:
    design = GateNetlist(module)
    clocks: dict[str, dict[str, int]] = {}
    inner = 0
    for clock, rising, bits in design.clocked:
        name, inverted = design.source(clock)
        if name is None:
            inner += bits
            continue
        edges = clocks.setdefault(name, {"rising": 0, "falling": 0})
        edges["rising" if rising is not inverted else "falling"] += bits
    return {
        "flip_flops": design.flip_flops,
        "latches": design.latches,
        "memories": design.memories,
        "clocks": clocks,
        "inner_clocks": inner,
        "resets": _resets(design, clocks),
    }


def _resets(design: GateNetlist, clocks: Mapping[str, Any]) -> dict[str, Json]:
    """Each one-bit input that forces state to constants, or makes it forget itself, with how many bits
    and at which value."""
    candidates = [name for name, bits in design.inputs.items() if len(bits) == 1 and name not in clocks]
    candidates.sort(key=lambda name: ("r" not in name.lower(), name))
    found = {}
    for name in candidates[:_MOST_CANDIDATES]:
        bit = design.inputs[name][0]
        forced = [design.forced(bit, value) for value in (False, True)]
        if not any(bits for by_kind in forced for bits in by_kind.values()):
            forced = [{"asynchronous": set(), "synchronous": design.loaded(bit, v)} for v in (False, True)]
        counts = {
            kind: {str(value): len(forced[value][kind] - forced[1 - value][kind]) for value in (0, 1)}
            for kind in ("asynchronous", "synchronous")
        }
        acting = [value for value in (0, 1) if any(by_value[str(value)] for by_value in counts.values())]
        if acting:
            outputs = design.outputs_while(bit, bool(acting[0])) if len(acting) == 1 else {}
            found[name] = {**counts, "outputs": outputs}
    return found
