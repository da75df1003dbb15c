"""Who may enter a continuous batch, and when."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from rtlglot.engines.admission import Admission, BatchRequest, common  # noqa: E402 - it needs numpy


def queue(blocks: int = 10, *, most: int = 100, prefix: bool = True) -> Admission:
    return Admission(blocks=blocks, block_tokens=32, max_in_flight=most, prefix_caching=prefix)


def job(number: int, prompt: list[int], max_tokens: int = 10, *, alone: bool = False) -> BatchRequest:
    return BatchRequest(number, np.array(prompt, dtype=np.int64), max_tokens, alone=alone)


def admitted(admission: Admission) -> list[int]:
    return [job.number for job in admission.admit()]


def distinct(number: int, length: int) -> list[int]:
    """A prompt that shares nothing with another number's."""
    return [number * 10_000 + n for n in range(length)]


def test_the_longest_replies_must_fit_beside_each_other() -> None:
    admission = queue(blocks=10)
    for number in range(4):
        admission.offer(job(number, distinct(number, 90), 6))  # 96 tokens: 3 blocks
    assert admitted(admission) == [0, 1, 2]
    admission.leave(1)
    assert admitted(admission) == [3]


def test_a_large_request_is_not_overtaken_for_ever() -> None:
    admission = queue(blocks=10)
    for number, length in enumerate((200, 250, 20)):
        admission.offer(job(number, distinct(number, length)))
    assert admitted(admission) == [0]
    assert admitted(admission) == []
    admission.leave(0)
    assert admitted(admission) == [1, 2]


def test_no_more_than_asked_for_are_in_flight() -> None:
    admission = queue(most=2)
    for number in range(3):
        admission.offer(job(number, distinct(number, 5)))
    assert admitted(admission) == [0, 1]


def test_the_first_with_a_shared_prefix_goes_ahead() -> None:
    admission = queue(blocks=100)
    shared = distinct(9, 100)
    for number in range(4):
        admission.offer(job(number, shared + distinct(number, 5)))
    assert admitted(admission) == [0]
    assert admitted(admission) == []
    admission.prefilled(admission.running[0])
    assert admitted(admission) == [1, 2, 3]


def test_another_prefix_is_warmed_while_the_first_waits_for_nobody() -> None:
    admission = queue(blocks=100)
    one, two = distinct(8, 100), distinct(9, 100)
    for number, prefix in enumerate((one, one, two, two)):
        admission.offer(job(number, prefix + distinct(number, 5)))
    assert admitted(admission) == [0, 2]
    admission.prefilled(admission.running[2])
    assert admitted(admission) == [3]


def test_a_warm_prefix_is_remembered_after_its_request_has_left() -> None:
    admission = queue(blocks=100)
    shared = distinct(9, 100)
    admission.offer(job(0, [*shared, 1]))
    (first,) = admission.admit()
    admission.prefilled(first)
    admission.leave(0)
    admission.offer(job(1, [*shared, 2]))
    admission.offer(job(2, [*shared, 3]))
    assert admitted(admission) == [1, 2]


def test_samples_of_one_chat_share_its_prompt() -> None:
    admission = queue(blocks=100)
    warm, prompt = distinct(9, 100), distinct(9, 100) + distinct(1, 80)
    admission.offer(job(0, warm))
    admission.prefilled(next(admission.admit()))
    for number in (1, 2, 3):
        admission.offer(job(number, prompt))
    assert admitted(admission) == [1]
    admission.prefilled(admission.running[1])
    assert admitted(admission) == [2, 3]


def test_nobody_waits_for_a_short_prefix_or_without_a_cache() -> None:
    for admission, shared in ((queue(), 40), (queue(blocks=100, prefix=False), 200)):
        for number in range(3):
            admission.offer(job(number, [*distinct(9, shared), number]))
        assert admitted(admission) == [0, 1, 2]


def test_a_request_that_was_thrown_out_runs_alone() -> None:
    admission = queue()
    admission.offer(job(0, distinct(0, 5)))
    admission.offer(job(1, distinct(1, 5), alone=True))
    admission.offer(job(2, distinct(2, 5)))
    assert admitted(admission) == [0]
    admission.leave(0)
    assert admitted(admission) == [1]
    admission.leave(1)
    assert admitted(admission) == [2]


def test_leaving_the_queue_or_nowhere() -> None:
    admission = queue(most=1)
    for number in range(3):
        admission.offer(job(number, distinct(number, 5)))
    assert admitted(admission) == [0]
    assert admission.leave(1) is not None
    assert admission.leave(7) is None
    admission.leave(0)
    assert admitted(admission) == [2]
    admission.leave(2)
    assert admission.idle


@given(st.lists(st.integers(0, 2), max_size=12), st.lists(st.integers(0, 2), max_size=12))
def test_common_counts_equal_tokens(one: list[int], two: list[int]) -> None:
    expected = 0
    while expected < min(len(one), len(two)) and one[expected] == two[expected]:
        expected += 1
    assert common(np.array(one, dtype=np.int64), np.array(two, dtype=np.int64)) == expected


@given(
    st.lists(
        st.tuples(st.integers(1, 200), st.integers(1, 100), st.booleans(), st.integers(0, 3)), max_size=25
    ),
    st.randoms(use_true_random=False),
)
@settings(deadline=None)
def test_everything_that_fits_enters_once_and_the_cache_is_never_outgrown(
    asked: list[tuple[int, int, bool, int]], random: object
) -> None:
    admission = queue(blocks=10, most=5)
    for number, (length, max_tokens, alone, prefix) in enumerate(asked):
        admission.offer(job(number, distinct(prefix, length), max_tokens, alone=alone))
    entered: list[int] = []
    while not admission.idle:
        entered += admitted(admission)
        inside = list(admission.running.values())
        assert inside, "something waits and nothing runs: it would wait for ever"
        assert sum(-(-(len(j.ids) + j.max_tokens) // 32) for j in inside) <= 10
        assert len(inside) <= 5
        assert len(inside) == 1 or not any(j.alone for j in inside)
        one = random.choice(inside)  # type: ignore[attr-defined]
        admission.prefilled(one)
        admission.leave(one.number)
    assert sorted(entered) == list(range(len(asked)))
