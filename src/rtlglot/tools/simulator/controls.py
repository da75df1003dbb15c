"""Controls: what a testbench says of designs of which it is known that they are right or broken.

The reference in the candidate's place is right; a module with nothing in it, modules with constant
outputs, and small wrong changes of the reference (of the candidate, where there is none) are broken.
From these a testbench's words get their meaning, and one that says the same of all tells nothing.
Runs inside the Box.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from rtlglot.records import Json
from rtlglot.tools.simulator.simulation import MORE_S, Simulation, Simulator, Transcript, patience_s
from rtlglot.tools.simulator.texts import Together, as_design, behind_buffers, shell_of
from rtlglot.tools.simulator.transcript import Announced, Ear, Heard
from rtlglot.tools.slang.driven import driven_inputs
from rtlglot.tools.slang.source import read_source
from rtlglot.verilog.mutations import Mutant, mutants
from rtlglot.verilog.tokens import code_tokens

FEW = 3
"""So many mutants must be told apart, or a third of fewer: some change nothing, in code that is dead. No
more are played where the testbench's words pass the reference."""
_ENOUGH = 4
"""So many are played where it is by their lines that right and broken are told apart."""
MOST_MUTANTS = 12
FOR_SURE = ("empty", "all 0", "all 1")
_KINDS = frozenset({"operator", "inversion", "edge", "constant", "signal", "condition", "dropped"})
"""Changes that mostly change what a design does."""
_PATIENCE = 4.0
"""A broken design may take so many times the CPU seconds of the right one, and `MORE_S`."""


@dataclass(frozen=True, slots=True)
class Control:
    """One design of which it is known what it is, and what the testbench said of it."""

    name: str
    """'reference', 'empty', 'all 0', 'all 1', or where a mutant was changed."""
    heard: Heard


@dataclass(frozen=True, slots=True)
class Controls:
    """All that was learned of one testbench."""

    reference: Heard | None = None
    """None: there is none, or it cannot be simulated under this testbench."""
    why_no_reference: str = ""
    late: Heard | None = None
    """Of the reference with its clock (else all its inputs) a moment later: another answer means that
    the testbench changes inputs, or looks, at the very moment of an edge."""
    broken: tuple[Control, ...] = ()
    of_candidate: bool = False
    """The mutants are the candidate's, not the reference's."""
    neutral: frozenset[int] = frozenset()
    """Lines that sound bad and are said of every design, the right one included."""
    right_s: float = 0.0
    """CPU seconds of the reference under this testbench."""

    def patience_s(self, limit_s: float, longer: float) -> float:
        """CPU seconds that a candidate may take."""
        return limit_s if self.reference is None else patience_s(self.right_s, limit_s, longer)

    @property
    def races(self) -> bool:
        """Whether the testbench races with its own clock."""
        if self.reference is None or self.late is None or self.late.ended != "ok":
            return False
        return self.late.digest != self.reference.digest

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        told = asdict(self) | {"neutral": sorted(self.neutral)}
        for heard in (told["reference"], told["late"], *(control["heard"] for control in told["broken"])):
            if heard is not None:
                heard["lines"] = sorted(heard["lines"])
        return told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """What `to_json` gave."""
        return cls(
            reference=_heard(told["reference"]),
            why_no_reference=told["why_no_reference"],
            late=_heard(told["late"]),
            broken=tuple(Control(one["name"], _heard_of(one["heard"])) for one in told["broken"]),
            of_candidate=told["of_candidate"],
            neutral=frozenset(told["neutral"]),
            right_s=told["right_s"],
        )


def _heard(told: dict[str, Any] | None) -> Heard | None:
    return None if told is None else _heard_of(told)


def _heard_of(told: dict[str, Any]) -> Heard:
    judgement = dict(told["judgement"])
    for name in ("lines", "zeros"):
        judgement[name] = tuple(tuple(one) if isinstance(one, list) else one for one in judgement[name])
    patterns = tuple((pattern, number) for pattern, number in told["patterns"])
    return Heard(told["ended"], Announced(**judgement), told["digest"], frozenset(told["lines"]), patterns)


@dataclass(slots=True)
class Stage:
    """One testbench in its simulator, before which designs are put one after the other."""

    simulator: Simulator
    together: Together
    ear: Ear
    cpu_s: float
    """CPU seconds of one program."""
    used_s: float = field(default=0.0)
    """CPU seconds used up to now."""
    _known: dict[str, Transcript] = field(default_factory=dict)
    """What was said of designs that came to an end: a candidate may be the reference."""

    def play(self, design: str, cpu_s: float | None = None, unsaid: Collection[int] = ()) -> Heard:
        """What the testbench says of a design that has the right name."""
        ran = self._known.get(design)
        if ran is None:
            texts = self.together.with_design(design)
            ran = self.simulator.simulate(self._simulation(texts, self.together.tops[0], cpu_s))
            self.used_s += ran.cpu_s
            if ran.ended == "ok":
                self._known[design] = ran
        return self.ear.hear(ran, unsaid)

    def _simulation(self, texts: Sequence[str], top: str, cpu_s: float | None) -> Simulation:
        scale = self.together.timescale
        return Simulation(texts, top, cpu_s=cpu_s or self.cpu_s, timescale=scale)

    def build(self, texts: Sequence[str], top: str) -> tuple[str, str]:
        """How building texts alone ended, and what the simulator said."""
        ran = self.simulator.simulate(replace(self._simulation(texts, top, None), only_build=True))
        self.used_s += ran.cpu_s
        return ran.ended, ran.output


def learn(stage: Stage, reference: str | None, *, limit_s: float) -> Controls:
    """Play the controls that come of the reference, for all of which there are `limit_s` CPU seconds;
    without broken ones where it cannot be played, and why."""
    end_s, before_s = stage.used_s + limit_s, stage.used_s
    right = as_design(reference, stage.together)
    if right is None:
        return Controls()
    heard = stage.play(right)
    right_s = stage.used_s - before_s
    if heard.ended != "ok":
        return Controls(why_no_reference=f"the reference ends with {heard.ended} here", right_s=right_s)
    allowed_s = _allowed_s(stage, right_s)
    delayed = late_inputs(right, stage.together)
    late = stage.play(delayed, allowed_s) if delayed else None
    by_words = heard.judgement.passed is True
    played = _play_broken(stage, right, heard, allowed_s, end_s, by_words=by_words)
    neutral: frozenset[int] = frozenset()
    if heard.judgement.passed is False:
        neutral = heard.lines.intersection(*(said.lines for _, said in played if said.ended == "ok"))
        heard = stage.play(right, unsaid=neutral)
        played = [(text, stage.play(text.text, allowed_s, neutral)) for text, _ in played]
    return Controls(heard, "", late, _controls(played), neutral=neutral, right_s=right_s)


def learn_of_candidate(stage: Stage, heard: Heard, known: Controls, *, limit_s: float) -> Controls:
    """Add broken designs made of a candidate of which the testbench said `heard`, where there is no
    reference to make them of."""
    end_s, allowed_s = stage.used_s + limit_s, _allowed_s(stage, known.right_s)
    played = _play_broken(stage, stage.together.texts[-1], heard, allowed_s, end_s, by_words=False)
    return replace(known, broken=_controls(played), of_candidate=True)


def _allowed_s(stage: Stage, right_s: float) -> float:
    return min(stage.cpu_s, MORE_S + _PATIENCE * right_s)


def _controls(played: Sequence[tuple[Mutant, Heard]]) -> tuple[Control, ...]:
    return tuple(Control(text.where, said) for text, said in played)


def _play_broken(
    stage: Stage, design: str, right: Heard, allowed_s: float, end_s: float, *, by_words: bool
) -> list[tuple[Mutant, Heard]]:
    """Broken designs and what was said, until enough mutants are told apart; `by_words` one that is said to
    pass is not."""
    played = [(text, stage.play(text.text, allowed_s)) for text in broken_for_sure(stage.together)]
    enough, told = FEW if by_words else _ENOUGH, 0
    for mutant in _mutants(design):
        if told >= enough or stage.used_s > end_s:
            break
        said = stage.play(mutant.text, allowed_s)
        played.append((mutant, said))
        alike = said.digest == right.digest or (by_words and said.judgement.passed)
        told += said.ended != "compile" and not alike
    return [(text, said) for text, said in played if said.ended != "compile"]


def only_empty(stage: Stage) -> Controls:
    """The cheapest control alone."""
    empty = broken_for_sure(stage.together)[0]
    return Controls(broken=(Control(empty.where, stage.play(empty.text)),), of_candidate=True)


def broken_for_sure(together: Together) -> list[Mutant]:
    """Modules with the design's ports that cannot be right: nothing in one, constants in the others."""
    seat, name = together.seats[0], together.design
    texts = (shell_of(seat, name), shell_of(seat, name, "0"), shell_of(seat, name, "1"))
    return [Mutant("shell", text, where) for where, text in zip(FOR_SURE, texts, strict=True)]


def _mutants(text: str) -> Iterator[Mutant]:
    """Of which each is a design that keeps to itself."""
    found = 0
    for mutant in mutants(text, most=3 * MOST_MUTANTS):
        if mutant.kind in _KINDS and found < MOST_MUTANTS:
            source = read_source(mutant.text, "sv2017", driven_inputs)
            if not source.problems and not source.unknown and not any(top.remarks for top in source.tops):
                found += 1
                yield mutant


def late_inputs(design: str, together: Together) -> str | None:
    """The design in a module that passes its clocks on a moment later, as any clock buffer does; where
    it has none, all its inputs. None where it has no inputs."""
    words = [token.text for token in code_tokens(design)]
    clocks = {after for word, after in itertools.pairwise(words) if word in ("posedge", "negedge")}
    inputs = [port.name for port in together.seats[0].ports if port.direction == "input"]
    late = [name for name in inputs if name in clocks] or inputs
    return behind_buffers(design, together, late=late) if late else None
