"""A counterexample as people and models read it: which inputs, what came out, what should have."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.abc.aig import Aig, AigSimulation, reduced
from rtlglot.tools.abc.difference import Question, Stimulus
from rtlglot.tools.abc.joined import Cut
from rtlglot.tools.abc.remembering import RememberingSimulation
from rtlglot.tools.yosys.miter import TICK, Frame, short_names
from rtlglot.verilog.interface import Port

MOST_STEPS_TOLD = 12
"""Steps that go into words."""
MOST_STEPS = 1000
"""Steps of a trace that are kept, about: the last ones."""
_RESUME = 250


def trace_of(
    miter: Aig, stimulus: Stimulus, ports: Sequence[Port], clocking: Frame
) -> dict[str, Json] | None:
    """The steps up to the first difference, or None where there is none.

    Values are bits, most significant first; x in `expected` means that the reference leaves the bit open.

    {"clock": name or None, "edge": "rising"/"falling"/None, "skipped": steps left out at the front,
     "steps": [{"inputs": {port: bits}, "expected": {port: bits}, "got": {port: bits},
                "held": true where no edge ends the step}],
     "first": {"step": 0-based, the skipped ones counted, "output", "expected": bits, "got": bits}}
    """
    question = Question.with_all(miter)
    simulation = AigSimulation(question.aig, 1)
    resumes: deque[tuple[int, list[int]]] = deque(maxlen=MOST_STEPS // _RESUME + 1)
    last = None
    for number, frame in enumerate(stimulus):
        if number % _RESUME == 0:
            resumes.append((number, simulation.state))
        simulation.frame(frame)
        if simulation.word(question.literal):
            last = number
            break
    if last is None:
        return None
    skipped, simulation.state = resumes[0]
    outputs = _Outputs(question.aig, ports, clocking)
    steps = []
    for frame in stimulus[skipped : last + 1]:
        simulation.frame(frame)
        steps.append(outputs.step(simulation, frame))
    return {
        "clock": clocking.clock or None,
        "edge": ("rising" if clocking.rising else "falling") if clocking.clock else None,
        "skipped": skipped,
        "steps": steps,
        "first": first_difference(steps[-1], last),
    }


def last_step(trace: Mapping[str, Any]) -> dict[str, Json]:
    """A trace of designs without state: its last step tells all."""
    return {**trace, "skipped": 0, "steps": trace["steps"][-1:], "first": {**trace["first"], "step": 0}}


def inputs_along(
    miter: Aig, stimulus: Stimulus, ports: Sequence[Port], clocking: Frame
) -> list[dict[str, Json]]:
    """The inputs of each step, for a simulator: Steps."""
    outputs = _Outputs(miter, ports, clocking)
    return [outputs.inputs(frame) for frame in stimulus]


def expected_along(
    miter: Aig,
    steps: Sequence[Mapping[str, Any]],
    ports: Sequence[Port],
    clocking: Frame,
    cut: Cut | None = None,
) -> list[dict[str, list[str]]] | None:
    """For each Step what the reference's netlist answers before the step's edge, and after it with the
    inputs unchanged: {port: [before, after]}. Of a miter that was `cut` memories are kept beside it; None
    where nothing in that says whether an edge comes."""
    if cut is None:
        # what the candidate answers is not asked
        golden = {name: literal for name, literal in miter.outputs.items() if name.startswith("gold_")}
        miter = reduced(replace(miter, outputs=golden))
    outputs = _Outputs(miter, ports, clocking, sides=("gold",))
    if cut and clocking.ticks and outputs.tick is None:
        return None
    if cut is None and not miter.nexts:
        return _at_once(miter, steps, outputs)
    simulation = RememberingSimulation(miter, cut, outputs.tick) if cut else AigSimulation(miter, 1)
    told = []
    for step in steps:
        frame, start = outputs.frame(step, len(miter.inputs)), simulation.snapshot()
        simulation.frame(frame)
        before = outputs.gold(simulation)
        state = start if step.get("held") and not clocking.ticks else simulation.snapshot()
        simulation.restore(state)
        simulation.frame(frame)
        after = outputs.gold(simulation)
        simulation.restore(state)
        told.append({name: [before[name], after[name]] for name in before})
    return told


def _at_once(miter: Aig, steps: Sequence[Mapping[str, Any]], outputs: _Outputs) -> list[dict[str, list[str]]]:
    """Likewise for a graph without state: each step is a pattern of one frame."""
    frames = [outputs.frame(step, len(miter.inputs)) for step in steps]
    simulation = AigSimulation(miter, len(frames))
    simulation.frame([sum(bit << at for at, bit in enumerate(bits)) for bits in zip(*frames, strict=True)])
    seen = [outputs.gold(simulation, at) for at in range(len(frames))]
    return [{name: [bits, bits] for name, bits in step.items()} for step in seen]


class _Outputs:
    """Where in a graph the bits of the ports are."""

    def __init__(
        self, aig: Aig, ports: Sequence[Port], clocking: Frame, sides: Sequence[str] = ("gold", "gate")
    ) -> None:
        names = short_names(tuple(ports))
        places = {_plain(name): index for index, name in enumerate(aig.inputs)}
        self._inputs: dict[str, list[int | None]] = {}
        self._outputs: dict[str, list[list[int]]] = {}
        for port in ports:
            short, width = names[port.name], port.width or 1
            if port.direction == "output":
                self._outputs[port.name] = [
                    [aig.outputs[bit] for bit in _bits(f"{side}_{short}_{kind}", width)]
                    for side in sides
                    for kind in ("d", "x")
                ]
            elif port.name != clocking.clock:
                self._inputs[port.name] = [places.get(bit) for bit in _bits(f"in_{short}", width)]
        self.tick = places.get(f"in_{TICK}") if clocking.ticks else None
        self.ticks = clocking.ticks

    def inputs(self, frame: Sequence[int]) -> dict[str, Json]:
        """The step that a frame is."""
        values = {
            name: "".join("0" if place is None else "01"[frame[place]] for place in bits)
            for name, bits in self._inputs.items()
        }
        held = self.ticks and (self.tick is None or not frame[self.tick])
        return {"inputs": values} | ({"held": True} if held else {})

    def frame(self, step: Mapping[str, Any], width: int) -> list[int]:
        """The frame that a step is."""
        values = [0] * width
        for name, bits in self._inputs.items():
            for place, bit in zip(bits, step["inputs"][name], strict=True):
                if place is not None:
                    values[place] = int(bit)
        if self.tick is not None:
            values[self.tick] = int(not step.get("held"))
        return values

    def gold(self, simulation: AigSimulation, at: int = 0) -> dict[str, str]:
        """What the reference answers in the frame just simulated, in one of its patterns."""
        return {name: _values(simulation, bits[0], bits[1], at) for name, bits in self._outputs.items()}

    def step(self, simulation: AigSimulation, frame: Sequence[int]) -> dict[str, Any]:
        """One step of a trace, from the frame just simulated."""
        expected, got = {}, {}
        for name, (gold, gold_x, gate, gate_x) in self._outputs.items():
            expected[name] = _values(simulation, gold, gold_x)
            got[name] = _values(simulation, gate, gate_x)
        return {**self.inputs(frame), "expected": expected, "got": got}


def _values(simulation: AigSimulation, bits: Sequence[int], unknown: Sequence[int], at: int = 0) -> str:
    pairs = (
        (simulation.word(bit) >> at & 1, simulation.word(x) >> at & 1)
        for bit, x in zip(bits, unknown, strict=True)
    )
    return "".join("x" if x else "01"[bit] for bit, x in pairs)


def first_difference(step: Mapping[str, Any], number: int) -> dict[str, Json] | None:
    """The first output of a step that is not what the reference defines."""
    for name, expected in step["expected"].items():
        got = step["got"][name]
        if any(want not in ("x", have) for want, have in zip(expected, got, strict=True)):
            return {"step": number, "output": name, "expected": expected, "got": got}
    return None


_SHOULD = "Output {output}{where} should be {expected} but is {got}."


def in_words(trace: Mapping[str, Any], last: str = _SHOULD) -> str:
    """The trace in plain words, for a person or for the model that shall repair its design; `last` says
    the difference."""
    first = trace.get("first")
    if not first:
        return ""
    unit = "Cycle" if trace.get("clock") else "Step"
    steps, before = trace["steps"], trace.get("skipped", 0)
    skipped = max(0, len(steps) - MOST_STEPS_TOLD)
    lines = []
    if len(steps) == 1 and not trace.get("clock"):
        lines.append(f"With {_told(steps[0]['inputs'])}:")
    else:
        if trace.get("clock"):
            lines.append(
                f"Each cycle ends with a {trace['edge']} edge of {trace['clock']}; outputs are read before."
            )
        if before + skipped:
            lines.append(f"(The first {before + skipped} of {before + len(steps)} are left out.)")
        lines += _listed(unit, steps[skipped:], before + skipped)
    where = f" in {unit.lower()} {first['step']}" if len(steps) > 1 or trace.get("clock") else ""
    expected, got = _value(first["expected"]), _value(first["got"])
    lines.append(last.format(output=first["output"], where=where, expected=expected, got=got))
    return "\n".join(lines)


def _listed(unit: str, steps: Sequence[Mapping[str, Any]], start: int) -> list[str]:
    """One line for each run of steps with the same inputs."""
    lines = []
    first = start
    for number, step in enumerate(steps, start):
        following = steps[number - start + 1] if number - start + 1 < len(steps) else None
        if following is None or not _same(following, step):
            which = f"{unit} {number}" if number == first else f"{unit}s {first} to {number}"
            without = " (without an edge)" if step.get("held") else ""
            lines.append(f"{which}{without}: {_told(step['inputs']) or 'no inputs'}")
            first = number + 1
    return lines


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["inputs"] == other["inputs"] and one.get("held") == other.get("held"))


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


def _bits(name: str, width: int) -> list[str]:
    """Names of the bits of a vector, most significant first."""
    return [name] if width == 1 else [f"{name}[{index}]" for index in reversed(range(width))]
