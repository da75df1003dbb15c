"""A counterexample as people and models read it: which inputs, what came out, what should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rtlglot.checks.equivalence.aig import Aig
from rtlglot.checks.equivalence.difference import Stimulus, values_along
from rtlglot.checks.equivalence.miter import Clocking, short_names
from rtlglot.records import Json
from rtlglot.verilog.interface import Port

MOST_STEPS_TOLD = 12


def trace_of(miter: Aig, stimulus: Stimulus, ports: Sequence[Port], clocking: Clocking) -> dict[str, Json]:
    """The steps up to the first difference. Values are bits, most significant first; x in `expected`
    means that the reference leaves the bit open.

    {"clock": name or None, "edge": "rising"/"falling"/None,
     "steps": [{"inputs": {port: bits}, "expected": {port: bits}, "got": {port: bits}}],
     "first": {"step": 0-based, "output": port, "expected": bits, "got": bits}}
    """
    names = short_names(tuple(ports))
    ins = [port for port in ports if port.direction == "input" and port.name != clocking.clock]
    outs = [port for port in ports if port.direction == "output"]
    steps, first = [], None
    for frame, values in zip(stimulus, values_along(miter, stimulus), strict=True):
        given = {_plain(name): bit for name, bit in zip(miter.inputs, frame, strict=True)}
        step: dict[str, Any] = {
            "inputs": {port.name: _bits(given, f"in_{names[port.name]}", port.width or 1) for port in ins},
            "expected": {port.name: _gold(values, names[port.name], port.width or 1) for port in outs},
            "got": {port.name: _bits(values, f"gate_{names[port.name]}_d", port.width or 1) for port in outs},
        }
        steps.append(step)
        first = first_difference(step, len(steps) - 1)
        if first:
            break
    return {
        "clock": clocking.clock or None,
        "edge": ("rising" if clocking.rising else "falling") if clocking.clock else None,
        "steps": steps,
        "first": first,
    }


def first_difference(step: Mapping[str, Any], number: int) -> dict[str, Json] | None:
    """The first output of a step that is not what the reference defines."""
    for name, expected in step["expected"].items():
        got = step["got"][name]
        if any(want not in ("x", have) for want, have in zip(expected, got, strict=True)):
            return {"step": number, "output": name, "expected": expected, "got": got}
    return None


def in_words(trace: Mapping[str, Any]) -> str:
    """The trace in plain words, for a person or for the model that shall repair its design."""
    first = trace.get("first")
    if not first:
        return ""
    unit = "Cycle" if trace.get("clock") else "Step"
    steps = trace["steps"]
    skipped = max(0, len(steps) - MOST_STEPS_TOLD)
    lines = []
    if len(steps) == 1 and not trace.get("clock"):
        lines.append(f"With {_told(steps[0]['inputs'])}:")
    else:
        if trace.get("clock"):
            lines.append(
                f"Each cycle ends with a {trace['edge']} edge of {trace['clock']}; outputs are read before."
            )
        if skipped:
            lines.append(f"(The first {skipped} of {len(steps)} are left out.)")
        for number, step in enumerate(steps[skipped:], skipped):
            lines.append(f"{unit} {number}: {_told(step['inputs']) or 'no inputs'}")
    where = f" in {unit.lower()} {first['step']}" if len(steps) > 1 or trace.get("clock") else ""
    expected, got = _value(first["expected"]), _value(first["got"])
    lines.append(f"Output {first['output']}{where} should be {expected} but is {got}.")
    return "\n".join(lines)


def _told(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {_value(bits)}" for name, bits in values.items())


def _value(bits: str) -> str:
    if len(bits) == 1:
        return bits
    if len(bits) > 16 and set(bits) <= {"0", "1"}:
        return f"{len(bits)}'h{int(bits, 2):0{-(-len(bits) // 4)}x}"
    return f"{len(bits)}'b{bits}"


def _plain(name: str) -> str:
    # a symbol lists all names of a bit; ours is the one that starts with in_
    return next((part for part in name.split() if part.startswith("in_")), name)


def _bits(values: Mapping[str, int], name: str, width: int) -> str:
    if width == 1 and name in values:
        return str(values[name])
    return "".join(str(values.get(f"{name}[{index}]", 0)) for index in reversed(range(width)))


def _gold(values: Mapping[str, int], name: str, width: int) -> str:
    value, unknown = (_bits(values, f"gold_{name}_{kind}", width) for kind in "dx")
    return "".join("x" if mask == "1" else bit for bit, mask in zip(value, unknown, strict=True))
