"""Counterexamples played in a simulator, and a search for differences where proof has no say.

Runs inside the Box. Reference and candidate are simulated apart, each with its own bench that knows
only ports and inputs: they may use the same module names, and neither can look at the other. What
the bench prints carries a nonce, and texts with system tasks that do more than compute are not
simulated.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.prover.trace import MOST_STEPS, first_difference
from rtlglot.tools.simulator import icarus
from rtlglot.verilog.interface import Port
from rtlglot.verilog.system_tasks import COMPUTING
from rtlglot.verilog.tokens import Kind, code_tokens

RANDOM_STEPS = 600
Steps = Sequence[Mapping[str, str]]
"""For each step the value of each input, as bits."""
_NOT_RUN = {
    "compile": "the simulator cannot compile it",
    "timeout": "the simulation ran out of time",
    "crash": "the simulator broke",
}


@dataclass(frozen=True, slots=True)
class Bench:
    """What both simulations have in common."""

    ports: tuple[Port, ...]
    clock: str | None
    """The one clock, whose edge ends each step."""
    rising: bool
    clocks: tuple[str, ...]
    """Other clocks: inputs that change before the others, so that an edge sees old data."""

    @property
    def inputs(self) -> list[Port]:
        """All but the one clock: clocks first."""
        given = [port for port in self.ports if port.direction == "input" and port.name != self.clock]
        return sorted(given, key=lambda port: port.name not in self.clocks)

    @property
    def outputs(self) -> list[Port]:
        """In the order in which they are printed."""
        return [port for port in self.ports if port.direction == "output"]

    def text(self, top: str, steps: Steps, nonce: str, shown: int) -> str:
        """A module that plays stimulus.txt and prints the outputs after each of the last steps."""
        first = [port for port in self.inputs if port.name in self.clocks]
        later = [port for port in self.inputs if port.name not in self.clocks]
        width = sum(port.width or 1 for port in self.inputs)
        marks = " ".join("%b" for _ in self.outputs)
        values = ", ".join(port.name for port in self.outputs)
        edge = f"#1 {self.clock} = ~{self.clock}; #1 {self.clock} = ~{self.clock};" if self.clock else ""
        connections = ", ".join(f".{port.name}({port.name})" for port in self.ports)
        lines = [
            f"module bench_{nonce};",
            *(f"  {self._declared(port, steps)}" for port in self.ports),
            f"  reg [{max(width, 1) - 1}:0] stimulus_{nonce} [0:{len(steps) - 1}];",
            f"  integer step_{nonce};",
            f"  {top} dut_{nonce}({connections});",
            "  initial begin",
            f'    $readmemb("stimulus.txt", stimulus_{nonce});',
            f"    for (step_{nonce} = 0; step_{nonce} < {len(steps)}; step_{nonce} = step_{nonce} + 1) begin",
            f"      {_taken(first, nonce, width)} #1 {_taken(later, nonce, width - _width(first))} #1",
            f'      if (step_{nonce} >= {len(steps) - shown}) $display("{nonce} {marks}", {values});',
            f"      {edge}",
            "    end",
            "    $finish;",
            "  end",
            "endmodule",
        ]
        return "\n".join(lines) + "\n"

    def _declared(self, port: Port, steps: Steps) -> str:
        start = ""
        if port.name == self.clock:
            start = f" = 1'b{'0' if self.rising else '1'}"
        elif port.name in self.clocks:
            # the first value of a clock is no edge
            start = f" = 1'b{steps[0][port.name]}"
        kind = "wire" if port.direction == "output" else "reg"
        return f"{kind} [{(port.width or 1) - 1}:0] {port.name}{start};"


def replay(arguments: dict[str, Any]) -> Json:
    """Simulate both designs with given `steps`, or with random ones where they are None.

    {"confirmed": True, "trace": …} where an output that the reference defines is another one in the
    candidate; {"confirmed": False} where none is; {"confirmed": None, "why": …} where it cannot be told.
    """
    end = time.monotonic() + arguments["wall_s"]
    clock, rising = arguments["clock"], arguments["edge"] == "rising"
    ports = tuple(Port(**port) for port in arguments["ports"])
    inputs = [port for port in ports if port.direction == "input" and port.name != clock]
    steps: Steps = arguments["steps"] or random_steps(inputs)
    seen = []
    for side in ("reference", "candidate"):
        clocks = tuple(name for name in arguments[side]["clocks"] if name != clock)
        bench = Bench(ports, clock, rising, clocks)
        outputs = _outputs(arguments["programs"], arguments[side], bench, steps, end - time.monotonic())
        if isinstance(outputs, str):
            return {"confirmed": None, "why": f"{side}: {outputs}"}
        seen.append(outputs)
    told: list[dict[str, Any]] = []
    skipped = len(steps) - len(seen[0])
    for number, (expected, got) in enumerate(zip(*seen, strict=True), skipped):
        told.append({"inputs": dict(steps[number]), "expected": expected, "got": got})
        if first := first_difference(told[-1], number):
            trace = {
                "clock": clock,
                "edge": arguments["edge"],
                "skipped": skipped,
                "steps": told,
                "first": first,
            }
            return {"confirmed": True, "trace": trace}
    return {"confirmed": False}


def random_steps(inputs: Sequence[Port]) -> Steps:
    """Inputs of which about one in four changes at each step; always the same ones."""
    generator = random.Random(2026)
    values = {port.name: generator.getrandbits(port.width or 1) for port in inputs}
    steps = []
    for _ in range(RANDOM_STEPS):
        steps.append({port.name: f"{values[port.name]:0{port.width or 1}b}" for port in inputs})
        for port in inputs:
            if generator.random() < 0.25:
                values[port.name] = generator.getrandbits(port.width or 1)
    return steps


def _outputs(
    programs: Mapping[str, str], side: Mapping[str, Any], bench: Bench, steps: Steps, left_s: float
) -> list[dict[str, str]] | str:
    """The outputs of each of the last steps, or why there are none."""
    if not all(t.text in COMPUTING for t in code_tokens(side["plain"]) if t.kind is Kind.SYSTEM):
        return "it calls system tasks that do more than compute"
    nonce, shown = secrets.token_hex(8), min(len(steps), MOST_STEPS)
    lines = ("".join(step[port.name] for port in bench.inputs) or "0" for step in steps)
    Path("stimulus.txt").write_text("\n".join(lines) + "\n", encoding="ascii")
    text = bench.text(side["top"], steps, nonce, shown)
    language = "2005" if side["version"] == "1364-2005" else "2012"
    ran = icarus.simulate(
        programs, [side["plain"], text], top=f"bench_{nonce}", wall_s=left_s, language=language
    )
    if ran["ended"] != "ok":
        return _NOT_RUN[ran["ended"]]
    names = [port.name for port in bench.outputs]
    rows = []
    for line in ran["output"].splitlines():
        fields = line.split()
        if len(fields) == 1 + len(names) and fields[0] == nonce:
            values = (value.lower().replace("z", "x") for value in fields[1:])
            rows.append(dict(zip(names, values, strict=True)))
    return rows if len(rows) == shown else "the simulation ended early"


def _width(ports: Sequence[Port]) -> int:
    return sum(port.width or 1 for port in ports)


def _taken(ports: Sequence[Port], nonce: str, top: int) -> str:
    """Assignments from the word of the step, whose bits from `top` downwards are theirs."""
    parts = []
    for port in ports:
        width = port.width or 1
        parts.append(f"{port.name} = stimulus_{nonce}[step_{nonce}][{top - 1}:{top - width}];")
        top -= width
    return " ".join(parts)
