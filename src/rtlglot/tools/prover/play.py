"""One design, as it was delivered, in a simulator. Runs inside the Box.

Reference and candidate are simulated apart, each with its own bench that knows only ports and inputs:
they may use the same module names, and neither can look at the other. What the bench prints carries a
nonce that stands in no name, and texts whose system tasks do more than compute and speak are not played.
"""

from __future__ import annotations

import re
import resource
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.prover.answers import Played, Step
from rtlglot.tools.prover.trace import MOST_STEPS
from rtlglot.tools.simulator import installed
from rtlglot.tools.simulator.simulation import Simulation
from rtlglot.verilog.interface import Port
from rtlglot.verilog.system_tasks import COMPUTING, DUMPING, LOADING, SPEAKING, muted
from rtlglot.verilog.tokens import Kind, code_tokens, disputed_escape

_EMPTY = re.compile(r"\binitial\b([ ]*);")
"""An initial block of nothing, which Icarus Verilog does not take."""
_GAP = 20
"""Time units between two events: a delay of a few units, as `q <= #1 d`, stays within a cycle."""
_GIVEN = "bench_given_"
"""Before the name of an inout port: what the bench gives it."""
_NOT_RUN = {
    "compile": "the simulator cannot compile it",
    "timeout": "the simulation ran out of time",
    "crash": "the simulator broke",
}


@dataclass(frozen=True, slots=True)
class Bench:
    """What both simulations have in common."""

    ports: tuple[Port, ...]
    clock: str
    """The one clock, whose edge ends each step; '' where there is none."""
    rising: bool
    clocks: tuple[str, ...]
    """Other clocks: inputs that change before the others, so that an edge sees old data."""

    @property
    def inputs(self) -> list[Port]:
        """All but the one clock: clocks first."""
        given = [port for port in self.ports if port.direction != "output" and port.name != self.clock]
        return sorted(given, key=lambda port: port.name not in self.clocks)

    @property
    def outputs(self) -> list[Port]:
        """In the order in which they are printed."""
        return [port for port in self.ports if port.direction != "input"]

    def text(self, top: str, steps: Sequence[Step], nonce: str, shown: int) -> str:
        """A module that plays stimulus.txt and prints the outputs around the end of each late step."""
        first = [port for port in self.inputs if port.name in self.clocks]
        later = [port for port in self.inputs if port.name not in self.clocks]
        width = 1 + sum(port.width or 1 for port in self.inputs)
        after_first = width - 1 - sum(port.width or 1 for port in first)
        marks = " ".join("%b" for _ in self.outputs)
        values = ", ".join(port.name for port in self.outputs)
        told = f'if (bench_step >= {len(steps) - shown}) $display("{nonce} %s {marks}", "{{}}", {values});'
        connections = ", ".join(f".{port.name}({port.name})" for port in self.ports)
        lines = [
            "module bench_of_rtlglot;",
            *(f"  {self._declared(port, steps)}" for port in self.ports),
            f"  reg [{width - 1}:0] bench_stimulus [0:{len(steps) - 1}];",
            "  integer bench_step;",
            f"  {top} bench_dut({connections});",
            "  initial begin",
            '    $readmemb("stimulus.txt", bench_stimulus);',
            f"    for (bench_step = 0; bench_step < {len(steps)}; bench_step = bench_step + 1) begin",
            f"      {_taken(first, width - 1)} #{_GAP} {_taken(later, after_first)} #{_GAP}",
            f"      {told.format('before')}",
            *self._edge(told.format("after"), width),
            "    end",
            "    $finish;",
            "  end",
            "endmodule",
        ]
        return "\n".join(lines) + "\n"

    def _edge(self, told: str, width: int) -> list[str]:
        if not self.clock:
            return []
        turn = f"{self.clock} = ~{self.clock}; #{_GAP}"
        return [f"      if (!bench_stimulus[bench_step][{width - 1}]) begin {turn} {told} {turn}; end"]

    def _declared(self, port: Port, steps: Sequence[Step]) -> str:
        start = ""
        if port.name == self.clock:
            start = f" = 1'b{'0' if self.rising else '1'}"
        elif port.name in self.clocks:
            # the first value of a clock is no edge
            start = f" = 1'b{steps[0].inputs[port.name]}"
        bits = f"[{(port.width or 1) - 1}:0]"
        if port.direction == "inout":
            # what the design drives is stronger, so that the two never contradict each other
            given = f"{_GIVEN}{port.name}"
            return (
                f"reg {bits} {given}; wire {bits} {port.name}; assign (weak1, weak0) {port.name} = {given};"
            )
        kind = "wire" if port.direction == "output" else "reg"
        return f"{kind} {bits} {port.name}{start};"

    def stimulus(self, steps: Sequence[Step]) -> str:
        """What stimulus.txt holds: a line for each step."""
        lines = (
            f"{int(step.held)}{''.join(step.inputs[port.name] for port in self.inputs)}" for step in steps
        )
        return "\n".join(lines) + "\n"


def play(arguments: dict[str, Any]) -> Json:
    """Simulate `text` with `steps`: a Played."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ports = tuple(Port(**port) for port in arguments["ports"])
    bench = Bench(ports, arguments["clock"], arguments["rising"], tuple(arguments["clocks"]))
    steps = [Step(**step) for step in arguments["steps"]]
    played = _played(arguments, bench, steps)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    return {**asdict(played), "cpu_s": round(cpu_s, 4)}


def _played(arguments: Mapping[str, Any], bench: Bench, steps: Sequence[Step]) -> Played:
    allowed = COMPUTING | SPEAKING
    # no file is there: what would be filled from one is unknown, as to the proof
    silent = (muted(arguments[name], DUMPING | LOADING) for name in ("text", "plain"))
    designs = [_EMPTY.sub(r"initial\1begin end", text) for text in silent]
    for text in designs:
        if not all(token.text in allowed for token in code_tokens(text) if token.kind is Kind.SYSTEM):
            return Played(why="it calls system tasks that do more than compute and speak")
        if place := disputed_escape(muted(text)):
            return Played(why=place.why)
    nonce, shown = secrets.token_hex(8), min(len(steps), MOST_STEPS)
    Path("stimulus.txt").write_text(bench.stimulus(steps), encoding="ascii")
    text = bench.text(arguments["top"], steps, nonce, shown)
    # where the simulator's preprocessor cannot take the text, the tokens that it stands for have a say
    for design in designs:
        ran = installed.from_json(arguments["programs"]).simulate(
            Simulation(
                [design, arguments["stubs"] + text],
                "bench_of_rtlglot",
                cpu_s=arguments["cpu_s"],
                language="2005" if arguments["version"] == "1364-2005" else "2012",
            )
        )
        if ran.ended != "compile":
            break
    if ran.ended != "ok":
        return Played(why=_NOT_RUN[ran.ended])
    found: dict[str, list[dict[str, str]]] = {"before": [], "after": []}
    names = [port.name for port in bench.outputs]
    for line in ran.output.splitlines():
        fields = line.split()
        if len(fields) == 2 + len(names) and fields[0] == nonce and fields[1] in found:
            values = (value.lower().replace("z", "x") for value in fields[2:])
            found[fields[1]].append(dict(zip(names, values, strict=True)))
    edges = [bool(bench.clock) and not step.held for step in steps[len(steps) - shown :]]
    if len(found["before"]) != shown or len(found["after"]) != sum(edges):
        return Played(why="the simulation ended early")
    after = iter(found["after"])
    return Played(tuple(found["before"]), tuple(next(after) if edge else None for edge in edges))


def _taken(ports: Sequence[Port], top: int) -> str:
    """Assignments from the word of the step, whose bits from below `top` downwards are theirs."""
    parts = []
    for port in ports:
        width = port.width or 1
        name = f"{_GIVEN}{port.name}" if port.direction == "inout" else port.name
        parts.append(f"{name} = bench_stimulus[bench_step][{top - 1}:{top - width}];")
        top -= width
    return " ".join(parts)
