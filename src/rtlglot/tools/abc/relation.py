"""What is assumed of a state in a proof by one step, and whether a next state has it too.

The state of a design is a value for each latch. What is assumed of it (`Assumed`) is written down twice, and
both are computed alike for the words of a simulation and for the literals of a graph (`Copy`):

* `restored` makes a state that has it of any state at all, and changes nothing of a state that has it: so
  what is shown for all restored states is shown for all states that have it;
* `broken` tells what of it a state does not have.

All of it speaks of latches alone, never of inputs, which are others in the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from rtlglot.tools.abc.aig import Aig
from rtlglot.tools.abc.match import numbered
from rtlglot.tools.abc.registers import cone

Name = tuple[Literal["implied", "mate", "function"], int, int]
"""One thing assumed: its kind, the latch, and for what is implied the literal."""


@dataclass(frozen=True, slots=True)
class Mate:
    """A latch of the candidate is `wanted` wherever the reference defines it. All are literals of latches or
    constants."""

    own: int
    wanted: int
    unless: int
    """Where this is 1 the reference's bit is x."""
    twin: int | None
    """The latch of the reference that it is where it is the same outright."""

    def is_equal(self, latch: int, classes: Sequence[int]) -> bool:
        """Whether it is the same outright."""
        return self.twin is not None and classes[latch] == classes[self.twin]


@dataclass(slots=True)
class Copy:
    """Values of the variables of a graph: literals of another one, or words of a simulation."""

    both: Callable[[int, int], int]
    """The conjunction of two values."""
    ones: int
    """By what a value is turned around."""
    values: MutableMapping[int, int] = field(default_factory=lambda: {0: 0})
    """Of the variable 0, which is false, and of others by and by."""

    def at(self, literal: int) -> int:
        """A literal's value."""
        value = self.values[literal >> 1]
        return value ^ self.ones if literal & 1 else value

    def put(self, literal: int, value: int) -> None:
        """Let a literal have a value."""
        self.values[literal >> 1] = value ^ self.ones if literal & 1 else value

    def evaluate(self, aig: Aig, variables: Iterable[int]) -> None:
        """Ands, in their order."""
        for variable in variables:
            left, right = aig.ands[variable - aig.first_and]
            self.values[variable] = self.both(self.at(left), self.at(right))

    def unequal(self, one: int, other: int) -> int:
        """Where two values are not the same."""
        same = (self.both(one, other ^ self.ones) ^ self.ones, self.both(one ^ self.ones, other) ^ self.ones)
        return self.both(*same) ^ self.ones


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed of a state."""

    aig: Aig
    """With the ands of the functions."""
    classes: Sequence[int]
    """A number for each latch; the same for those that are equal."""
    functions: Mapping[int, int]
    """Latches that are a literal, which depends on no input."""
    implied: Mapping[int, tuple[int, ...]]
    """Literals of latches, with literals of latches that are 1 wherever they are."""
    mates: Mapping[int, Mate]
    """By latch; those that are the same as their twin need none and keep it for later."""
    behind: Sequence[int] = field(default=())
    """The ands that the functions depend on."""

    @classmethod
    def of(
        cls,
        aig: Aig,
        classes: Sequence[int],
        functions: Mapping[int, int],
        implied: Mapping[int, tuple[int, ...]],
        mates: Mapping[int, Mate],
    ) -> Assumed:
        """All of it."""
        behind = sorted(v for v in cone(aig, functions.values()) if v >= aig.first_and)
        return cls(aig, classes, functions, implied, mates, behind)

    def restored(self, copy: Copy, state: Sequence[int]) -> None:
        """Put the values of the latches where all of it holds, of one value for each class."""
        first, classes = self.aig.first_latch, self.classes
        values = list(state)
        for own, others in self.implied.items():
            number, turned = classes[(own >> 1) - first], copy.ones * (own & 1)
            value = values[number] ^ turned
            for other in others:
                value = copy.both(value, values[classes[(other >> 1) - first]] ^ copy.ones * (other & 1))
            values[number] = value ^ turned
        for latch, number in enumerate(classes):
            copy.values[first + latch] = values[number]
        for mate in self.active():
            undefined, wanted = copy.at(mate.unless), copy.at(mate.wanted)
            kept = copy.both(undefined, copy.at(mate.own))
            given = copy.both(undefined ^ copy.ones, wanted)
            copy.put(mate.own, copy.both(kept ^ copy.ones, given ^ copy.ones) ^ copy.ones)
        copy.evaluate(self.aig, self.behind)
        made = {first + latch: copy.at(literal) for latch, literal in self.functions.items()}
        copy.values.update(made)

    def active(self) -> Iterator[Mate]:
        """The mates of latches that are not the same outright."""
        classes, functions = self.classes, self.functions
        for latch, mate in self.mates.items():
            if latch not in functions and not mate.is_equal(latch, classes):
                yield mate

    def broken(self, copy: Copy, nexts: Sequence[int]) -> dict[Name, int]:
        """Of each thing assumed but equality: where a state, with a value for each latch, does not have it.
        `copy` is an empty one."""
        first = self.aig.first_latch
        copy.values.update(enumerate(nexts, first))
        found: dict[Name, int] = {}
        for own, others in self.implied.items():
            for other in others:
                found["implied", own, other] = copy.both(copy.at(own), copy.at(other) ^ copy.ones)
        for mate in self.active():
            wrong = copy.unequal(copy.at(mate.own), copy.at(mate.wanted))
            found["mate", (mate.own >> 1) - first, 0] = copy.both(wrong, copy.at(mate.unless) ^ copy.ones)
        copy.evaluate(self.aig, self.behind)
        for latch, literal in self.functions.items():
            found["function", latch, 0] = copy.unequal(nexts[latch], copy.at(literal))
        return found

    def split(self, nexts: Sequence[int]) -> list[int]:
        """The classes, those apart that take on different values."""
        return numbered(
            [
                (number, -1 - latch if latch in self.functions else nexts[latch])
                for latch, number in enumerate(self.classes)
            ]
        )

    def without(self, wrong: Iterable[Name], classes: Sequence[int]) -> Assumed:
        """Less of it; those whose class is now another are asked to be what their mates want."""
        names = set(wrong)
        implied = {
            own: kept
            for own, others in self.implied.items()
            if (kept := tuple(other for other in others if ("implied", own, other) not in names))
        }
        mates = {latch: mate for latch, mate in self.mates.items() if ("mate", latch, 0) not in names}
        lost = [latch for latch in self.functions if ("function", latch, 0) in names]
        if not lost:
            return replace(self, classes=classes, implied=implied, mates=mates)
        functions = {latch: literal for latch, literal in self.functions.items() if latch not in lost}
        return Assumed.of(self.aig, classes, functions, implied, mates)

    @property
    def others(self) -> list[int]:
        """The classes of the latches that are no functions."""
        return [number for latch, number in enumerate(self.classes) if latch not in self.functions]
