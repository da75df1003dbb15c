"""Both designs, as delivered, side by side in a simulator, and what that says about a proof.

A bit counts where the reference answers 0 or 1 in the simulation and its netlist defines it: before a
reset a simulator takes the else of an `if` whose condition is x, and what comes of it is an accident of
how the reference is written. The freedom of the candidate is that of the proof, no more: an x that the
reference chose (a default of x) or that its registers started with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rtlglot.checks.equivalence.reference import Reference
from rtlglot.records import Json
from rtlglot.tools.prover.answers import Answers, Found, Played, Reading, Step, Trace
from rtlglot.tools.prover.prover import Prover
from rtlglot.tools.prover.stimulus import steps_for
from rtlglot.tools.prover.trace import first_difference
from rtlglot.tools.yosys.miter import Frame

_FIRST = 64
"""Most candidates that are wrong are so in these steps, which spares asking a netlist along all of them."""


@dataclass(frozen=True, slots=True)
class Play:
    """What came of playing a candidate."""

    result: str
    """'same'; 'wrong' where an output is another one; 'unknown' where it is only x where the reference
    answers; 'not' where nothing could be played."""
    why: str = ""
    trace: Trace | None = None
    persistent: bool = False
    """The output that is x where the reference answers never is anything else there."""
    facts: Mapping[str, Json] | None = None
    """How much was played, with what; for the verdict."""


async def play(prover: Prover, reference: Reference, theirs: Reading, ours: Reading, found: Found) -> Play:
    """Play the candidate along the directed and random steps of this pair."""
    assert found.clocking is not None
    clocks = _clocks(theirs, ours)
    steps, shown = await _of_reference(prover, reference, theirs, found.clocking, clocks)
    longer = len(ours.text) / len(theirs.text)
    got = await prover.play(ours, steps, found.clocking, clocks, beside=shown, longer=longer)
    facts: dict[str, Json] = {"simulator": prover.simulator, "steps": len(steps), "cpu_s": got.cpu_s}
    if got.why:
        return Play("not", got.why, facts={"why": got.why})
    apart = None if shown.why else next(_apart(_answers(shown), _answers(got)), None)
    if not shown.why and apart is None:
        return Play("same", facts=facts)
    front_end = theirs.netlist.front_end if theirs.netlist else ""
    aiger = reference.graphs.get((front_end, found.clocking), "")

    async def netlist_along(most: int) -> Answers | None:
        return await reference.answers.once(
            (front_end, found.clocking, clocks, most),
            lambda: prover.expected(theirs, found, steps[:most], aiger),
        )

    if apart is not None and apart[0] < _FIRST < len(steps) and (few := await netlist_along(_FIRST)):
        wanted = _both(_answers(shown)[:_FIRST], few)
        seen = _judged(steps[:_FIRST], wanted, _answers(got)[:_FIRST], found.clocking, facts)
        if seen.result == "wrong":
            return seen
    netlist = await netlist_along(len(steps))
    if netlist is None:
        return Play("not", shown.why or "out of time", facts={"why": shown.why or "out of time"})
    if shown.why:
        # the netlist speaks for a reference that the simulator cannot take
        facts["reference"] = f"its netlist ({shown.why})"
    wanted = _asked(netlist, got) if shown.why else _both(_answers(shown), netlist)
    return _judged(steps, wanted, _answers(got), found.clocking, facts)


async def second_opinion(
    prover: Prover, reference: Reference, theirs: Reading, ours: Reading, found: Found
) -> Play:
    """Play both in the second simulator, along the steps of the first. That one may know no x, so an
    output counts where the first simulation of the reference answers."""
    assert found.clocking is not None
    assert prover.second is not None
    clocks = _clocks(theirs, ours)
    steps, shown = await _of_reference(prover, reference, theirs, found.clocking, clocks)
    facts = {**(found.played or {}), "second": prover.second.simulator}
    seen = [await prover.second.play(side, steps, found.clocking, clocks) for side in (theirs, ours)]
    for played in (shown, *seen):
        if played.why:
            return Play("not", played.why, facts={**facts, "second": f"not played: {played.why}"})
    wanted = _both(_answers(seen[0]), _answers(shown))
    return _judged(steps, wanted, _answers(seen[1]), found.clocking, facts)


async def confirm(
    prover: Prover, theirs: Reading, ours: Reading, found: Found, *, from_x: bool = False
) -> tuple[bool | None, str, Trace | None]:
    """Play the trace of a difference: whether a simulation shows one too, why that cannot be told, and
    the simulation's trace. `from_x` counts only what the reference's netlist defines from a start of x."""
    assert found.clocking is not None
    seen: list[Answers] = []
    for side, design in (("reference", theirs), ("candidate", ours)):
        # what is a clock in one design may be data in the other: each is simulated as it takes it
        clocks = _clocks(design)
        shown = await prover.play(design, found.steps, found.clocking, clocks)
        if shown.why:
            return None, shown.why if prover.simulator is None else f"{side}: {shown.why}", None
        seen.append(_answers(shown))
    skipped = len(found.steps) - len(seen[0])
    if from_x:
        netlist = await prover.expected(theirs, found, found.steps)
        if netlist is None:
            return False, "", None
        seen[0] = _both(seen[0], netlist[skipped:])
    for index, _, _ in _apart(*seen, after=False):
        steps = found.steps[skipped:]
        return True, "", _trace(steps, seen[0], seen[1], (index, 0), found.clocking, skipped)
    return False, "", None


async def _of_reference(
    prover: Prover, reference: Reference, theirs: Reading, clocking: Frame, clocks: tuple[str, ...]
) -> tuple[tuple[Step, ...], Played]:
    """Played once for all candidates of the same kind."""

    async def shown() -> tuple[tuple[Step, ...], Played]:
        steps = steps_for(theirs.top.ports, clocking, clocks)
        return steps, await prover.play(theirs, steps, clocking, clocks)

    return await reference.plays.once((clocking, clocks), shown)


def _clocks(*designs: Reading) -> tuple[str, ...]:
    found = {name for design in designs if design.netlist for name, _ in design.netlist.clocks}
    return tuple(sorted(found))


def _answers(played: Played) -> list[dict[str, tuple[str, str]]]:
    """Before and after each edge; without an edge nothing is asked after it."""
    return [
        {name: (bits, after[name] if after else "x" * len(bits)) for name, bits in before.items()}
        for before, after in zip(played.samples, played.after, strict=True)
    ]


def _asked(netlist: Answers, played: Played) -> Answers:
    """A netlist's answers where a simulation is asked: not after an edge that stays away."""
    return [
        step if after else {name: (values[0], "x" * len(values[1])) for name, values in step.items()}
        for step, after in zip(netlist, played.after, strict=True)
    ]


def _both(shown: Answers, netlist: Answers) -> Answers:
    """The simulation's answers where the netlist defines them too."""
    return [
        {
            name: [_masked(*pair) for pair in zip(values, defined[name], strict=True)]
            for name, values in step.items()
        }
        for step, defined in zip(shown, netlist, strict=True)
    ]


def _masked(bits: str, defined: str) -> str:
    return "".join("x" if there == "x" else bit for bit, there in zip(bits, defined, strict=True))


def _apart(wanted: Answers, got: Answers, *, after: bool = True) -> Iterator[tuple[int, int, str]]:
    """Each step, 0 for before or 1 for after its edge, and output that is not as wanted."""
    for index, (want, have) in enumerate(zip(wanted, got, strict=True)):
        for when in (0, 1) if after else (0,):
            for name, values in want.items():
                pairs = zip(values[when], have[name][when], strict=True)
                if any(bit != "x" and bit != other for bit, other in pairs):
                    yield index, when, name


def _judged(
    steps: Sequence[Step], wanted: Answers, got: Answers, clocking: Frame, facts: Mapping[str, Json]
) -> Play:
    unknown: tuple[int, int, str] | None = None
    for index, when, name in _apart(wanted, got):
        pairs = zip(wanted[index][name][when], got[index][name][when], strict=True)
        if any(bit != "x" and other not in ("x", bit) for bit, other in pairs):
            trace = _trace(steps, wanted, got, (index, when), clocking, 0)
            return Play("wrong", trace=trace, facts=facts)
        unknown = unknown or (index, when, name)
    if unknown is None:
        return Play("same", facts=facts)
    index, when, name = unknown
    trace = _trace(steps, wanted, got, (index, when), clocking, 0)
    return Play("unknown", trace=trace, persistent=_never_answers(wanted, got, name), facts=facts)


def _never_answers(wanted: Answers, got: Answers, name: str) -> bool:
    """Whether an output has a bit that is x wherever the reference answers."""
    asked = [
        pair
        for want, have in zip(wanted, got, strict=True)
        for when in (0, 1)
        for pair in [list(zip(want[name][when], have[name][when], strict=True))]
    ]
    for column in zip(*asked, strict=True):
        heard = [other for bit, other in column if bit != "x"]
        if heard and set(heard) == {"x"}:
            return True
    return False


def _trace(
    steps: Sequence[Step],
    wanted: Answers,
    got: Answers,
    place: tuple[int, int],
    clocking: Frame,
    skipped: int,
) -> Trace:
    """The steps up to a difference, as `trace_of` tells them."""
    last, when = place
    told: list[dict[str, Any]] = [
        _told(steps[index], wanted[index], got[index], 0) for index in range(last + 1)
    ]
    if when:
        # after the edge, with the same inputs
        told.append(_told(Step(steps[last].inputs, held=True), wanted[last], got[last], 1))
    edge = ("rising" if clocking.rising else "falling") if clocking.clock else None
    first = first_difference(told[-1], skipped + len(told) - 1)
    return {"clock": clocking.clock or None, "edge": edge, "skipped": skipped, "steps": told, "first": first}


def _told(
    step: Step, wanted: Mapping[str, Sequence[str]], got: Mapping[str, Sequence[str]], when: int
) -> dict[str, Any]:
    values = {
        "inputs": dict(step.inputs),
        "expected": {name: both[when] for name, both in wanted.items()},
        "got": {name: both[when] for name, both in got.items()},
    }
    return values | ({"held": True} if step.held else {})
