"""What a random simulation showed of the registers of two designs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rtlglot.tools.abc.aig import Aig, AigSimulation
from rtlglot.tools.abc.difference import PATTERNS, frames_for, random_words
from rtlglot.tools.abc.registers import Word

History = Sequence[int]
"""For each frame, the start first, a word of many runs."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of latches, and of literals of words."""

    first_latch: int
    latches: Sequence[History]
    values: Mapping[int, History]
    """Of other variables."""
    ones: int

    @classmethod
    def of(cls, aig: Aig, words: Sequence[Word]) -> Seen:
        """Simulate."""
        simulation = AigSimulation(aig, PATTERNS)
        literals = {literal for word in words for literal in (*word.values, *word.unknown)}
        variables = sorted(
            {v for literal in literals if not aig.first_latch <= (v := literal >> 1) < aig.first_and}
        )
        latches, values = [], []
        for given in random_words(len(aig.inputs), frames_for(aig)):
            latches.append(simulation.state)
            simulation.frame(given)
            values.append([simulation.word(2 * variable) for variable in variables])
        columns = dict(zip(variables, zip(*values, strict=True), strict=True))
        histories = tuple(zip(*latches, strict=True))
        return cls(aig.first_latch, histories, columns, simulation.all_ones)

    def at(self, literal: int) -> History:
        """What a literal of a word was."""
        variable = literal >> 1
        found = self.values.get(variable)
        if found is None:
            found = self.latches[variable - self.first_latch]
        return tuple(word ^ self.ones for word in found) if literal & 1 else found
