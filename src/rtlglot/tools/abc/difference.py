"""The graph's question: can an output of the candidate differ from what the reference defines?

Answers what can be answered without a solver: by structure, by trying all inputs where they are few,
and by random simulation, which finds most of the real differences within milliseconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rtlglot.tools.abc.aig import Aig, AigSimulation, Builder, reduced

MOST_EXHAUSTIVE_INPUTS = 20
"""A combinational difference over at most so many input bits is decided by trying them all."""
MOST_EXHAUSTIVE_WORK = 1 << 33
"""Ands times patterns: about two seconds."""
_CHUNK = 16
"""Inputs that vary within one word: 2 ** 16 patterns of 8 kB a node."""
PATTERNS = 256
"""Runs of a random simulation, side by side."""
_MOST_RANDOM_WORK = 1_500_000
"""Ands times frames: about 0.2 s."""

WORD, PART = "word_", "part_"
"""With what the names of those outputs begin that are registers, and words of memories."""

Stimulus = Sequence[Sequence[int]]
"""For each frame the graph's inputs, 0 or 1."""


@dataclass(frozen=True, slots=True)
class Question:
    """A graph with the one output `differs`, made from a miter."""

    aig: Aig

    @classmethod
    def of(cls, miter: Aig) -> Question:
        """differs = some bit is defined by the reference and not the same in the candidate."""
        return cls(reduced(miter.with_outputs(_differs(miter), {})))

    @classmethod
    def with_all(cls, miter: Aig) -> Question:
        """Likewise, with the outputs of the miter besides."""
        return cls(reduced(miter.with_outputs(_differs(miter), miter.outputs)))

    @classmethod
    def with_words(cls, miter: Aig) -> Question:
        """Likewise, with the outputs that are registers of both sides besides (`abc.registers`)."""
        return cls(reduced(miter.with_outputs(_differs(miter), _words(miter))))

    @classmethod
    def with_parts(cls, miter: Aig) -> Question:
        """Likewise, with words of memories too."""
        parts = {name: literal for name, literal in miter.outputs.items() if name.startswith(PART)}
        return cls(reduced(miter.with_outputs(_differs(miter), _words(miter) | parts)))

    def alone(self) -> Question:
        """Without other outputs."""
        return Question(reduced(replace(self.aig, outputs={"differs": self.literal})))

    @property
    def literal(self) -> int:
        """The output."""
        return self.aig.outputs["differs"]

    @property
    def combinational(self) -> bool:
        """Whether it depends on no state."""
        return not self.aig.nexts

    def support(self) -> list[int]:
        """Indices of the inputs that matter."""
        used = {literal >> 1 for pair in self.aig.ands for literal in pair}
        used |= {self.literal >> 1} | {literal >> 1 for literal in self.aig.nexts}
        return [index for index in range(len(self.aig.inputs)) if index + 1 in used]


def by_port(miter: Aig) -> Aig:
    """The graph with an output for each port of the reference, by its name in the miter: some bit differs;
    and with those that are registers."""
    builder = Builder(miter)
    for name, wrong in _differences(miter, builder):
        port = name.partition("[")[0]
        builder.results[port] = builder.either((builder.results.get(port, 0), wrong))
    return reduced(miter.with_outputs(builder, _words(miter)))


def _words(miter: Aig) -> dict[str, int]:
    return {name: literal for name, literal in miter.outputs.items() if name.startswith(WORD)}


def _differs(miter: Aig) -> Builder:
    builder = Builder(miter)
    builder.results["differs"] = builder.either(wrong for _, wrong in _differences(miter, builder))
    return builder


def _differences(miter: Aig, builder: Builder) -> Iterator[tuple[str, int]]:
    """Each bit of the reference's outputs, and where it is defined and not the candidate's."""
    for name, gold in miter.outputs.items():
        if name.startswith("gold_") and is_value(name):
            gate_name = "gate_" + name.removeprefix("gold_")
            gold_x, gate_x = (miter.outputs[mask_of(n)] for n in (name, gate_name))
            wrong = builder.either((builder.unequal(gold, miter.outputs[gate_name]), gate_x))
            yield name, builder.conjunction(wrong, gold_x ^ 1)


def is_value(name: str) -> bool:
    """Whether an output of the miter is a bit's value, not its x mask."""
    return name.partition("[")[0].endswith("_d")


def mask_of(name: str) -> str:
    """The x mask that belongs to a value."""
    head, bracket, index = name.partition("[")
    return f"{head.removesuffix('_d')}_x{bracket}{index}"


def exhaustive(question: Question) -> Stimulus | bool | None:
    """Try all inputs: True where nothing differs, a stimulus where something does, None where there
    are too many to try."""
    support = question.support()
    work = max(len(question.aig.ands), 1) << len(support)
    if not question.combinational or len(support) > MOST_EXHAUSTIVE_INPUTS or work > MOST_EXHAUSTIVE_WORK:
        return None
    low, high = support[:_CHUNK], support[_CHUNK:]
    simulation = AigSimulation(question.aig, 1 << len(low))
    words = [0] * len(question.aig.inputs)
    for position, index in enumerate(low):
        words[index] = _counting(position, len(low))
    for chunk in range(1 << len(high)):
        for position, index in enumerate(high):
            words[index] = simulation.all_ones * (chunk >> position & 1)
        simulation.frame(words)
        if hits := simulation.word(question.literal):
            return [_column(words, _lowest(hits))]
    return True


def randomly(question: Question) -> Stimulus | None:
    """The shortest stimulus that shows a difference among a few hundred random ones, or None.

    Inputs change rarely in some patterns and often in others, so that resets and enables are also
    held. Always the same stimuli for the same graph.
    """
    frames = frames_for(question.aig)
    if question.combinational:
        frames = 8
    simulation = AigSimulation(question.aig, PATTERNS)
    history: list[list[int]] = []
    for words in random_words(len(question.aig.inputs), frames):
        history.append(words)
        simulation.frame(words)
        if hits := simulation.word(question.literal):
            pattern = _lowest(hits)
            frames_back = 1 if question.combinational else len(history)
            return [_column(words, pattern) for words in history[-frames_back:]]
    return None


def never_defined(miter: Aig) -> list[str]:
    """Outputs of the reference (by the names of their values) that no random stimulus defines."""
    simulation = AigSimulation(miter, PATTERNS)
    masks = {
        name: miter.outputs[mask_of(name)]
        for name in miter.outputs
        if name.startswith("gold_") and is_value(name)
    }
    masks = {name: literal for name, literal in masks.items() if literal != 0}
    for words in random_words(len(miter.inputs), frames_for(miter)):
        if not masks:
            break
        simulation.frame(words)
        masks = {
            n: literal for n, literal in masks.items() if simulation.word(literal) == simulation.all_ones
        }
    return list(masks)


def always_undefined(miter: Aig) -> list[str]:
    """Outputs of the miter (by the names of their values) that are x whatever the state."""
    return [name for name in miter.outputs if is_value(name) and miter.outputs[mask_of(name)] == 1]


def frames_for(aig: Aig) -> int:
    """How many frames of random inputs a graph is worth."""
    return max(4, min(64, _MOST_RANDOM_WORK // max(len(aig.ands), 1)))


def random_words(count: int, frames: int) -> Iterator[list[int]]:
    """Inputs for each of some frames, always the same: a word for each, with a bit for each pattern."""
    generator = random.Random(2026)
    draw = generator.getrandbits
    ones = (1 << PATTERNS) - 1
    # quarters of the patterns keep an input's value with probability 0, 1/2, 3/4 and 7/8
    quarter = PATTERNS // 4
    words = [draw(PATTERNS) for _ in range(count)]
    for _ in range(frames):
        yield list(words)
        for index in range(count):
            half, three = draw(quarter), draw(quarter) | draw(quarter)
            seven = draw(quarter) | draw(quarter) | draw(quarter)
            keep = half << quarter | three << 2 * quarter | seven << 3 * quarter
            words[index] = words[index] & keep | draw(PATTERNS) & (ones ^ keep)


def _counting(position: int, inputs: int) -> int:
    """Bit p of the result is bit `position` of p, for p below 2 ** inputs."""
    block = 1 << position
    word, width = ((1 << block) - 1) << block, 2 * block
    while width < 1 << inputs:
        word |= word << width
        width *= 2
    return word


def _lowest(word: int) -> int:
    return (word & -word).bit_length() - 1


def _column(words: Sequence[int], pattern: int) -> list[int]:
    return [word >> pattern & 1 for word in words]
