"""Graphs: files, evaluation, and the reductions that must not change what is computed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtlglot.tools.abc.aig import Aig, AigSimulation, Builder, read_aiger, reduced, write_aiger
from rtlglot.tools.abc.difference import Question, exhaustive, randomly


@st.composite
def graphs(draw: st.DrawFn) -> Aig:
    inputs, latches = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    ands: list[tuple[int, int]] = []
    for _ in range(draw(st.integers(0, 20))):
        below = 2 * (1 + inputs + latches + len(ands)) - 1
        ands.append((draw(st.integers(0, below)), draw(st.integers(0, below))))
    most = 2 * (1 + inputs + latches + len(ands)) - 1
    nexts = tuple(draw(st.integers(0, most)) for _ in range(latches))
    outputs = {f"o{n}": draw(st.integers(0, most)) for n in range(draw(st.integers(1, 3)))}
    return Aig(tuple(f"i{n}" for n in range(inputs)), nexts, tuple(ands), outputs)


def run(aig: Aig, frames: int = 5, patterns: int = 32) -> list[list[int]]:
    """What the outputs are in some frames of random inputs."""
    generator, simulation, seen = random.Random(1), AigSimulation(aig, patterns), []
    for _ in range(frames):
        simulation.frame([generator.getrandbits(patterns) for _ in aig.inputs])
        seen.append([simulation.word(literal) for literal in aig.outputs.values()])
    return seen


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_a_written_graph_is_read_back(aig: Aig) -> None:
    again = read_aiger(write_aiger(aig))
    assert (again.nexts, list(again.outputs.values())) == (aig.nexts, list(aig.outputs.values()))
    assert run(again) == run(aig)


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_reducing_changes_nothing_that_can_be_seen(aig: Aig) -> None:
    small = reduced(aig)
    assert run(small) == run(aig)
    assert len(small.ands) <= len(aig.ands)
    assert small.inputs == aig.inputs


def test_reducing_drops_what_is_the_same_twice() -> None:
    twice = Aig(("a", "b"), (), ((2, 4), (4, 2), (6, 9)), {"y": 10})
    # a & b & ~(a & b) is false, and it takes no solver to see it
    assert reduced(twice).outputs == {"y": 0}


def test_a_latch_that_never_leaves_zero_goes() -> None:
    stuck = Aig(("a",), (0, 2), ((4, 2),), {"y": 8, "z": 6})
    small = reduced(stuck)
    assert (len(small.nexts), small.outputs["y"]) == (1, 0)


def test_symbols_become_names() -> None:
    graph = read_aiger(b"aig 1 1 0 1 0\n3\ni0 in_i0\no0 gold_o0_d\nc\nsome tool\n")
    assert (graph.inputs, graph.outputs) == (("in_i0",), {"gold_o0_d": 3})


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"aag 1 1 0 1 0\n2\n2\n", "no plain AIGER"),
        (b"aig 1 1 0 0 0 1\n2\n", "no plain AIGER"),
        (b"aig 2 1 1 1 0\n2 1\n2\n", "does not start with 0"),
    ],
)
def test_other_files_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_aiger(data)


def miter(inputs: int, gold: int, gate: int, ands: tuple[tuple[int, int], ...], gold_x: int = 0) -> Aig:
    """A graph that looks like what yosys makes of two designs with one output."""
    names = tuple(f"in_i{n}" for n in range(inputs))
    outputs = {"gold_o0_d": gold, "gold_o0_x": gold_x, "gate_o0_d": gate, "gate_o0_x": 0}
    return Aig(names, (), ands, outputs)


def test_all_inputs_are_tried() -> None:
    # a & b against a & b in other words, and against a | b
    same = Question.of(miter(2, 6, 8, ((2, 4), (4, 2))))
    other = Question.of(miter(2, 6, 9, ((2, 4), (3, 5))))
    assert exhaustive(same) is True
    found = exhaustive(other)
    assert found == [[1, 0]]


def test_what_the_reference_leaves_open_is_no_difference() -> None:
    # the reference is a, but open where b is 1; the candidate is a ^ b there
    builder = Builder(Aig(("in_i0", "in_i1"), (), (), {}))
    gate = builder.unequal(2, 4)
    ands = tuple(builder.ands)
    assert exhaustive(Question.of(miter(2, 2, gate, ands))) == [[0, 1]]
    assert exhaustive(Question.of(miter(2, 2, gate, ands, gold_x=4))) is True


def test_many_inputs_go_in_chunks() -> None:
    """18 inputs: 4 words of 2 ** 16 patterns, and the difference is in the last one."""
    builder = Builder(Aig(tuple(f"in_i{n}" for n in range(18)), (), (), {}))
    everything = builder.either(2 * n + 1 for n in range(1, 19)) ^ 1
    question = Question.of(miter(18, 0, everything, tuple(builder.ands)))
    assert exhaustive(question) == [[1] * 18]
    assert randomly(question) is None  # one of 262,144 is not met by chance


def test_too_many_inputs_are_left_to_the_solver() -> None:
    builder = Builder(Aig(tuple(f"in_i{n}" for n in range(40)), (), (), {}))
    everything = builder.either(2 * n + 1 for n in range(1, 41)) ^ 1
    assert exhaustive(Question.of(miter(40, 0, everything, tuple(builder.ands)))) is None
