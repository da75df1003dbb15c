"""Proofs by one step of small random machines, held against all states that these can reach."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from rtlglot.tools.abc.aig import Aig, AigSimulation, Builder
from rtlglot.tools.abc.assumed import assumed
from rtlglot.tools.abc.difference import random_words
from rtlglot.tools.abc.match import numbered
from rtlglot.tools.abc.one_step import Stepped, induced, one_step
from rtlglot.tools.abc.registers import words_of
from rtlglot.tools.abc.relation import Assumed, Mate

INPUTS, BITS = 2, 2
FIRST = 1 + INPUTS
GOLD, GATE = 0, 2 * BITS
"""Latches: of each bit of the reference its value and whether it is known, then of the candidate."""


@dataclass
class Exact:
    """A sweep by trying everything: outputs are the same literal where they are the same function."""

    asked: int = 0

    def __call__(self, graph: Aig, *, hopeful: bool) -> Aig:
        """See Sweep; the graph it gives has these outputs and nothing else that is right."""
        self.asked += hopeful
        count = len(graph.inputs)
        ones = (1 << (1 << count)) - 1
        simulation = AigSimulation(graph, 1 << count)
        simulation.frame([sum(1 << p for p in range(1 << count) if p >> i & 1) for i in range(count)])
        numbers = {0: 0}
        outputs = {}
        for name, literal in graph.outputs.items():
            word = simulation.word(literal)
            turned = word & 1
            number = numbers.setdefault(word ^ ones * turned, len(numbers))
            outputs[name] = 2 * number | turned
        return Aig(graph.inputs, (), (), outputs)


def machine(seed: int) -> Aig:
    """A reference and a candidate that is like it, in some machines with another gate, or better known."""
    draw = random.Random(seed)
    builder = Builder(Aig(tuple(f"i{n}" for n in range(INPUTS)), (0,) * 4 * BITS, (), {}))
    recipe = [([draw.choice("&|^?01u") for _ in range(3)], draw.randrange(2**16)) for _ in range(2 * BITS)]
    other = [(list(steps), picked) for steps, picked in recipe]
    for _ in range(draw.choice((0, 0, 1, 2))):
        other[draw.randrange(2 * BITS)][0][draw.randrange(3)] = draw.choice("&|^?01u")
    nexts = _nexts(builder, recipe, GOLD) + _nexts(builder, other, GATE)
    latch = [2 * (FIRST + number) for number in range(4 * BITS)]
    outputs: dict[str, int] = {}
    wrong = []
    for side, first in (("gold", GOLD), ("gate", GATE)):
        for bit in range(BITS):
            value, known = latch[first + 2 * bit], latch[first + 2 * bit + 1]
            outputs[f"word_{side}_{first}_d[{bit}]"] = builder.conjunction(value, known)
            outputs[f"word_{side}_{first}_x[{bit}]"] = known ^ 1
    for bit in range(BITS):
        gold, gate = (
            outputs[f"word_{side}_{first}_d[{bit}]"] for side, first in (("gold", GOLD), ("gate", GATE))
        )
        lost = outputs[f"word_gate_{GATE}_x[{bit}]"]
        bad = builder.either((builder.unequal(gold, gate), lost))
        wrong.append(builder.conjunction(bad, latch[GOLD + 2 * bit + 1]))
    if draw.random() < 0.5:
        wrong = wrong[:1]
    outputs["differs"] = builder.either(wrong)
    return Aig(tuple(f"i{n}" for n in range(INPUTS)), tuple(nexts), tuple(builder.ands), outputs)


def _nexts(builder: Builder, recipe: list[tuple[list[str], int]], first: int) -> list[int]:
    inputs = [2 * (1 + number) for number in range(INPUTS)]
    state = [2 * (FIRST + first + number) for number in range(2 * BITS)]
    found = []
    for number, (steps, picked) in enumerate(recipe):
        result = state[number]
        for step in steps:
            operand = [*inputs, *state][picked % (INPUTS + 2 * BITS)] ^ picked // 64 & 1
            chosen = inputs[picked // 32 % 2]
            picked //= 3
            if step == "&":
                result = builder.conjunction(result, operand)
            elif step in "|u":
                result = builder.either((result, operand if step == "|" else inputs[0]))
            elif step == "^":
                result = builder.unequal(result, operand)
            elif step == "?":
                taken = builder.conjunction(chosen, operand), builder.conjunction(chosen ^ 1, result)
                result = builder.either(taken)
            else:
                result = builder.conjunction(result, inputs[int(step)] ^ 1)
        found.append(result)
    for bit in range(BITS):
        # what is not known is 0, as in the graphs that yosys makes
        found[2 * bit] = builder.conjunction(found[2 * bit], found[2 * bit + 1])
    return found


def reaches(aig: Aig) -> bool:
    """Whether `differs` is ever 1."""
    simulation = AigSimulation(aig, 1 << INPUTS)
    words = [sum(1 << p for p in range(1 << INPUTS) if p >> i & 1) for i in range(INPUTS)]
    seen: set[tuple[int, ...]] = set()
    todo = [(0,) * len(aig.nexts)]
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        simulation.state = [simulation.all_ones * bit for bit in state]
        simulation.frame(words)
        if simulation.word(aig.outputs["differs"]):
            return True
        todo += zip(*([word >> p & 1 for p in range(1 << INPUTS)] for word in simulation.state), strict=True)
    return False


def _seems_same(one: Aig, other: Aig) -> bool:
    sides = [AigSimulation(aig, 256) for aig in (one, other)]
    for words in random_words(INPUTS, 40):
        for side in sides:
            side.frame(words)
        if sides[0].word(one.outputs["differs"]) != sides[1].word(other.outputs["differs"]):
            return False
    return True


def _and_others(relation: Assumed, draw: random.Random) -> Assumed:
    """With more assumptions, true or not, of which no simulation was asked."""
    count = 4 * BITS
    latch = [2 * (FIRST + number) for number in range(count)]
    builder = Builder(relation.aig)
    classes, functions = list(relation.classes), dict(relation.functions)
    for number in draw.sample(range(count), draw.choice((0, 0, 1))):
        make = draw.choice((builder.conjunction, builder.unequal))
        functions[number] = make(draw.choice(latch), draw.choice(latch) ^ draw.getrandbits(1))
        classes[number] = count + number
    if draw.random() < 0.5:
        one, other = (draw.choice(classes) for _ in range(2))
        free = one < count and other < count
        classes = [other if free and number == one else number for number in classes]
    implied = dict(relation.implied)
    for _ in range(draw.choice((0, 1, 2))):
        implied[draw.choice(latch) ^ draw.getrandbits(1)] = (draw.choice(latch) ^ draw.getrandbits(1),)
    mates = dict(relation.mates)
    for number in range(GATE, count) if draw.random() < 0.3 else ():
        # what would be asked of an equal candidate, of any
        twin = latch[number - GATE]
        mates[number] = Mate(latch[number], 1 if number % 2 else twin, latch[(number - GATE) | 1] ^ 1, None)
    for number in draw.sample(range(GATE, count), draw.choice((0, 1, 2))):
        wanted, unless = (draw.choice([0, *latch[:GATE]]) ^ draw.getrandbits(1) for _ in range(2))
        mates[number] = Mate(latch[number] ^ draw.getrandbits(1), wanted, unless, None)
    graph = Aig(relation.aig.inputs, relation.aig.nexts, tuple(builder.ands), relation.aig.outputs)
    return Assumed.of(graph, numbered(classes), functions, implied, mates)


Tried = list[tuple[int, Aig, Stepped | None]]


@pytest.fixture(scope="module", params=["what a simulation suggests", "more than it suggests"])
def tried(request: pytest.FixtureRequest) -> Tried:
    """Each machine with what is proved of it."""
    found: Tried = []
    for seed in range(1500):
        aig = machine(seed)
        if request.param == "more than it suggests":
            words = words_of(aig)
            relation = _and_others(assumed(aig, words), random.Random(seed))
            found.append((seed, aig, induced(relation, words, Exact(), hopeful=True)))
        else:
            found.append((seed, aig, one_step(aig, Exact())))
    return found


def _proved(tried: Tried) -> list[tuple[int, Aig, Stepped]]:
    return [(seed, aig, found) for seed, aig, found in tried if found and not found.graph.outputs["differs"]]


def test_what_is_proved_is_never_reached(tried: Tried) -> None:
    assert [seed for seed, aig, _ in _proved(tried) if reaches(aig)] == []
    assert len(_proved(tried)) > 100


def test_the_smaller_graph_asks_the_same(tried: Tried) -> None:
    assert [seed for seed, aig, found in tried if found and not _seems_same(aig, found.graph)] == []


def test_assumptions_are_met_in_proofs(tried: Tried) -> None:
    counts = [found.counts() for _, _, found in _proved(tried)]
    assert all(sum(bool(count[kind]) for count in counts) > 20 for kind in ("equal", "defined", "implied"))
