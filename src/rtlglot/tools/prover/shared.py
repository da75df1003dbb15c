"""Ports that others may drive too, between a netlist, where each is several, and a simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rtlglot.tools.prover.answers import Answers, Reading
from rtlglot.tools.yosys.buses import DRIVEN, ENABLED, GIVEN


def given_along(design: Reading, steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Steps as the netlist takes them: what the outside gives an inout port is an input of another name."""
    names = {port.name: port.name + GIVEN for port in design.top.ports if port.direction == "inout"}
    return [
        {**step, "inputs": {names.get(name, name): bits for name, bits in step["inputs"].items()}}
        for step in steps
    ]


def seen_along(design: Reading, steps: Sequence[Mapping[str, Any]], told: Answers) -> Answers:
    """What a netlist answers along these steps, as a simulation shows it: on a shared bit what the design
    drives, else what it is given; x where it drives nothing and nothing is given."""
    assert design.netlist is not None
    inouts = {port.name for port in design.top.ports if port.direction == "inout"}
    found = []
    for step, answer in zip(steps, told, strict=True):
        seen = dict(answer)
        for name in design.netlist.buses:
            pairs = zip(seen.pop(name + ENABLED), seen.pop(name + DRIVEN), strict=True)
            seen[name] = [
                _seen(on, value, step["inputs"][name] if name in inouts else "x" * len(on))
                for on, value in pairs
            ]
        found.append(seen)
    return found


def _seen(on: str, value: str, given: str) -> str:
    chosen = zip(on, value, given, strict=True)
    return "".join({"1": driven, "0": outside}.get(enabled, "x") for enabled, driven, outside in chosen)
