"""Near copies end in one group, and no group is on both sides of a split."""

import itertools
import re
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtlglot.errors import UsageError
from rtlglot.exports.near_copies import (
    LEAST_JACCARD,
    Groups,
    NearCopies,
    design_tokens,
    fingerprint,
    held_out,
    shingles,
)

pytest.importorskip("datasketch")

SCRATCH = Path(tempfile.gettempdir())
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

NAMES = st.sampled_from(["top", "dut", "my_unit", "counter_8bit", "\\odd!name "])
COMMENTS = st.sampled_from([" ", "\n", "\t  ", " // module fake(\n", " /* a;\n b */ ", "\n\n  "])


def design(kind: int, width: int, name: str = "unit") -> str:
    """A design of one of some families, which differ in structure; widths make near copies of them."""
    wires = "".join(f" wire [{width}:0] w{kind}_{k} = d ^ {kind * 31 + k * 7};" for k in range(12))
    ops = " ".join(f"q <= w{kind}_{k} {'+-&|^'[(kind + k) % 5]} d;" for k in range(12))
    return (
        f"module {name} (input clk, input [7:0] d, output reg [7:0] q);{wires}"
        f" always @(posedge clk) begin {ops} end endmodule"
    )


@st.composite
def spelled(draw: st.DrawFn, text: str) -> str:
    """The same design under another module name, with other white space and comments."""
    name = draw(NAMES)
    parts = re.split(r"( )", text.replace("module unit ", f"module {name} ", 1))
    return "".join(draw(COMMENTS) if part == " " and "\\" not in before else part
                   for before, part in zip(["", *parts], parts, strict=False))  # fmt: skip


def grouped(designs: list[str], least: float = LEAST_JACCARD) -> Groups:
    groups = Groups()
    groups.grow(len(designs))
    with NearCopies(SCRATCH, least) as near:
        for row, text in enumerate(designs):
            near.add(row, design_tokens(text))
        near.link(groups)
    return groups


def jaccard(one: str, other: str) -> float:
    a, b = (set(shingles(design_tokens(text)).tolist()) for text in (one, other))
    return len(a & b) / len(a | b)


@SLOW
@given(st.data(), st.integers(0, 50))
def test_other_names_comments_and_spaces_are_the_same_design(data: st.DataObject, kind: int) -> None:
    text = design(kind, 7)
    other = data.draw(spelled(text))
    assert design_tokens(text) == design_tokens(other)
    groups = grouped([text, design(kind + 1, 7), other])
    assert [groups.find(row) for row in range(3)] == [0, 1, 0]


FAMILIES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30)), min_size=2, max_size=30)


@SLOW
@given(FAMILIES, st.floats(0.05, 0.9), st.integers(-3, 3))
def test_no_two_near_copies_are_on_both_sides(family: list[tuple[int, int]], share: float, seed: int) -> None:
    designs = [design(kind, width) for kind, width in family]
    groups = grouped(designs)
    alike = {
        (i, j)
        for i, j in itertools.combinations(range(len(designs)), 2)
        if jaccard(designs[i], designs[j]) >= LEAST_JACCARD
    }
    assert all(groups.find(i) == groups.find(j) for i, j in alike)
    # and nothing is joined that no chain of near copies joins
    chained = Groups()
    chained.grow(len(designs))
    for i, j in alike:
        chained.join(i, j)
    assert [groups.find(k) for k in range(len(designs))] == [chained.find(k) for k in range(len(designs))]
    keys = [fingerprint(design_tokens(text)) for text in designs]
    if len({groups.find(k) for k in range(len(designs))}) == 1:
        with pytest.raises(UsageError, match="near copies of each other"):
            held_out(groups, keys, share, seed)
        return
    sides = held_out(groups, keys, share, seed)
    assert all(sides[i] == sides[j] for i, j in alike)
    assert 0 < sum(sides) < len(sides)


def test_near_but_not_equal_copies_are_joined_and_far_ones_are_not() -> None:
    one, far = design(1, 7), design(2, 7)
    edited = one.replace("w1_3 -", "w1_3 *").replace("w1_3 ^", "w1_3 *").replace("w1_3 &", "w1_3 *")
    assert edited != one
    assert 1 > jaccard(one, edited) >= LEAST_JACCARD
    assert [grouped([one, edited, far]).find(row) for row in range(3)] == [0, 0, 2]
    assert [grouped([one, edited, far], least=0.999).find(row) for row in range(3)] == [0, 1, 2]


def test_a_chain_of_near_copies_is_one_group() -> None:
    chain = [design(3, 7)]
    for k in range(12):
        chain.append(chain[-1].replace(f"w3_{k} ", f"other_{k} "))
    assert jaccard(chain[0], chain[-1]) < LEAST_JACCARD
    groups = grouped(chain)
    assert {groups.find(row) for row in range(len(chain))} == {0}


def test_several_texts_of_one_row_count_as_one() -> None:
    groups = Groups()
    groups.grow(3)
    with NearCopies(SCRATCH) as near:
        for row, text in ((0, "a b c d e f"), (1, "p q r s t u"), (2, "p q r s t u"), (2, "a b c d e f")):
            near.add(row, text.split())
        near.add(1, [])
        near.link(groups)
    assert {groups.find(row) for row in range(3)} == {0}


@pytest.mark.parametrize("count", [0, 1, 4])
def test_short_and_empty_texts(count: int) -> None:
    groups = Groups()
    groups.grow(3)
    with NearCopies(SCRATCH) as near:
        near.add(0, list("abcd")[:count])
        near.add(1, list("wxyz")[:count])
        near.add(2, list("abcd")[:count])
        near.link(groups)
    assert [groups.find(row) for row in range(3)] == [0, 1, 0 if count else 2]


def test_names_of_modules_are_masked_where_they_name_the_module() -> None:
    text = "module leaf(input a); endmodule module top(input a); leaf u0(a); leaf #(1) u1(a); endmodule: top"
    other = "module a(input a); endmodule module y(input a); a u0(a); a #(1) u1(a); endmodule: y"
    assert design_tokens(text) == design_tokens(other)
    assert design_tokens(text) != design_tokens(text.replace("leaf u0", "top u0"))
    assert design_tokens(text) != design_tokens(text.replace("(a)", "(b)"))
    assert design_tokens("package p; endpackage module m; p::t x; endmodule") == design_tokens(
        "package q; endpackage module m; q::t x; endmodule"
    )


def test_the_split_depends_on_content_and_seed_and_not_on_order() -> None:
    designs = [design(kind, 3) for kind in range(30)]
    keys = [fingerprint(design_tokens(text)) for text in designs]

    def chosen(order: list[int], seed: int) -> set[int]:
        sides = held_out(grouped([designs[k] for k in order]), [keys[k] for k in order], 0.2, seed)
        return {k for k, side in zip(order, sides, strict=True) if side}

    forwards = list(range(30))
    assert len(chosen(forwards, 1)) == 6
    assert chosen(forwards, 1) == chosen(forwards[::-1], 1)
    assert len({frozenset(chosen(forwards, seed)) for seed in range(5)}) > 1


def test_a_group_that_is_too_big_stays_in_training() -> None:
    groups = Groups()
    groups.grow(12)
    for row in range(1, 9):
        groups.join(0, row)
    keys = [bytes([row]) for row in range(12)]
    for seed in range(10):
        sides = held_out(groups, keys, 0.2, seed)
        assert sum(sides) == 2
        assert not any(sides[:9])
    assert sum(held_out(groups, keys, 0.0001, 0)) == 1
    with pytest.raises(UsageError):
        held_out(groups, keys[:9], 0.2, 0)


def test_rows_that_were_dropped_count_for_nothing() -> None:
    groups = Groups()
    groups.grow(20)
    keys = [bytes([row]) if row % 2 else b"" for row in range(20)]
    sides = held_out(groups, keys, 0.5, 0)
    assert sum(sides) == 5
    assert not any(sides[::2])


@SLOW
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19))))
def test_groups_are_the_connected_components(edges: list[tuple[int, int]]) -> None:
    groups = Groups()
    groups.grow(20)
    neighbours = defaultdict(set)
    for one, other in edges:
        groups.join(one, other)
        neighbours[one].add(other)
        neighbours[other].add(one)
    for start in range(20):
        reached, todo = {start}, [start]
        while todo:
            new = neighbours[todo.pop()] - reached
            reached |= new
            todo += new
        assert groups.find(start) == min(reached)


def test_a_thousand_near_copies_are_found_without_comparing_all() -> None:
    designs = [design(1, 7).replace("w1_5", f"x{k}") for k in range(1000)]
    groups = grouped(designs)
    assert {groups.find(row) for row in range(1000)} == {0}
