"""Counterexamples played in a simulator, and a search for differences where proof has no say.

Runs inside the Box. Reference and candidate are simulated apart, each with its own bench that knows
only ports and inputs: they may use the same module names, and neither can look at the other. What
the bench prints carries a nonce, and texts with system tasks that print or stop are not simulated.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from rtlglot.checks.equivalence.trace import first_difference
from rtlglot.records import Json
from rtlglot.sandbox import icarus
from rtlglot.verilog.interface import Port

RANDOM_STEPS = 600
Steps = Sequence[Mapping[str, str]]
"""For each step the value of each input, as bits."""


def replay(arguments: dict[str, Any]) -> Json:
    """Simulate both designs with the inputs of a trace, or with random ones where it is None.

    {"confirmed": True, "trace": …} where an output that the reference defines is another one in the
    candidate; {"confirmed": False} where none is; {"confirmed": None, "why": …} where it cannot be told.
    """
    started = time.monotonic()
    ports = [Port(**port) for port in arguments["ports"]]
    clock, edge = arguments["clock"], arguments["edge"]
    inputs = [port for port in ports if port.direction == "input" and port.name != clock]
    steps: Steps = arguments["steps"] or random_steps(inputs)
    seen = []
    for side in ("reference", "candidate"):
        left_s = arguments["wall_s"] - (time.monotonic() - started)
        outputs = _outputs(arguments, arguments[side], ports, steps, left_s)
        if isinstance(outputs, str):
            return {"confirmed": None, "why": f"{side}: {outputs}"}
        seen.append(outputs)
    told: list[dict[str, Any]] = []
    for number, given in enumerate(steps):
        told.append({"inputs": dict(given), "expected": seen[0][number], "got": seen[1][number]})
        if first := first_difference(told[-1], number):
            return {
                "confirmed": True,
                "trace": {"clock": clock, "edge": edge, "steps": told, "first": first},
            }
    return {"confirmed": False}


def random_steps(inputs: Sequence[Port]) -> Steps:
    """Inputs of which about one in four changes at each step; always the same ones."""
    generator = random.Random(2026)
    values = {port.name: generator.getrandbits(port.width or 1) for port in inputs}
    steps = []
    for _ in range(RANDOM_STEPS):
        steps.append({port.name: f"{values[port.name]:0{port.width}b}" for port in inputs})
        for port in inputs:
            if generator.random() < 0.25:
                values[port.name] = generator.getrandbits(port.width or 1)
    return steps


def _outputs(
    arguments: Mapping[str, Any], side: Mapping[str, str], ports: Sequence[Port], steps: Steps, left_s: float
) -> list[dict[str, str]] | str:
    """Each step's outputs, or why there are none."""
    nonce = secrets.token_hex(8)
    text = bench(side["top"], ports, steps, arguments, nonce)
    language = "2005" if side["version"] == "1364-2005" else "2012"
    ran = icarus.simulate(
        arguments["programs"], [side["plain"], text], top=f"bench_{nonce}", wall_s=left_s, language=language
    )
    if ran["ended"] != "ok":
        return {
            "compile": "the simulator cannot compile it",
            "timeout": "the simulation ran out of time",
        }.get(ran["ended"], "the simulator broke")
    outputs = [port for port in ports if port.direction == "output"]
    rows = []
    for line in ran["output"].splitlines():
        fields = line.split()
        if len(fields) == 1 + len(outputs) and fields[0] == nonce:
            values = (value.lower().replace("z", "x") for value in fields[1:])
            rows.append({port.name: value for port, value in zip(outputs, values, strict=True)})
    return rows if len(rows) == len(steps) else "the simulation ended early"


def bench(top: str, ports: Sequence[Port], steps: Steps, arguments: Mapping[str, Any], nonce: str) -> str:
    """A test bench that plays steps and prints the outputs after each.

    With one clock a step is a cycle: inputs change and outputs are read while the clock rests, then
    comes its edge. Otherwise clocks are inputs that change first, so that the edge sees old data.
    """
    clock, resting = arguments["clock"], "0" if arguments["edge"] == "rising" else "1"
    clocks = [name for name in arguments["clocks"] if name != clock]
    lines = [f"module bench_{nonce};"]
    for port in ports:
        start = ""
        if port.name == clock:
            start = f" = 1'b{resting}"
        elif port.name in clocks:
            # the first value of a clock is no edge
            start = f" = {port.width}'b{steps[0][port.name]}"
        kind = "wire" if port.direction == "output" else "reg"
        lines.append(f"  {kind} [{(port.width or 1) - 1}:0] {port.name}{start};")
    connections = ", ".join(f".{port.name}({port.name})" for port in ports)
    lines += [f"  {top} dut_{nonce}({connections});", "  initial begin"]
    shown = ", ".join(port.name for port in ports if port.direction == "output")
    marks = " ".join("%b" for port in ports if port.direction == "output")
    for step in steps:
        first = [f"{name} = {len(step[name])}'b{step[name]};" for name in clocks]
        later = [f"{name} = {len(bits)}'b{bits};" for name, bits in step.items() if name not in clocks]
        lines.append(f"    {' '.join(first)} #1 {' '.join(later)}")
        lines.append(f'    #1 $display("{nonce} {marks}", {shown});')
        if clock:
            lines.append(f"    #1 {clock} = ~{clock}; #1 {clock} = ~{clock};")
    return "\n".join([*lines, "    $finish;", "  end", "endmodule", ""])
