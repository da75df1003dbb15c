"""pass@k, its interval and the plug-in against brute force and closed forms."""

import itertools
import math
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtlglot.reports.compare import sign_test
from rtlglot.reports.estimates import (
    ProblemTries,
    bootstrap,
    mean_pass_at_k,
    mean_plug_in,
    pass_at_k,
    plug_in,
)

counts = st.integers(1, 9).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n)),
)


@given(counts)
def test_pass_at_k_is_the_share_of_draws_that_hold_a_right_one(drawn: tuple[int, int, int]) -> None:
    samples, right, k = drawn
    draws = list(itertools.combinations([True] * right + [False] * (samples - right), k))
    share = Fraction(sum(map(any, draws)), len(draws))
    assert pass_at_k(samples, right, k) == pytest.approx(float(share), abs=1e-12)


@given(counts)
def test_pass_at_k_closed_forms(drawn: tuple[int, int, int]) -> None:
    samples, right, k = drawn
    assert pass_at_k(samples, right, 1) == pytest.approx(right / samples)
    assert pass_at_k(samples, right, samples) == (1.0 if right else 0.0)
    product = math.prod(1 - k / i for i in range(samples - right + 1, samples + 1))
    if samples - right >= k:
        assert pass_at_k(samples, right, k) == pytest.approx(1 - product)
    # what some harnesses print lies below it
    assert plug_in(samples, right, k) <= pass_at_k(samples, right, k) + 1e-12


@settings(max_examples=20)
@given(st.integers(2, 6), st.floats(0.05, 0.95), st.integers(0, 10**6))
def test_pass_at_k_is_unbiased_and_the_plug_in_is_not(samples: int, chance: float, seed: int) -> None:
    k = random.Random(seed).randint(2, samples)
    weights = [math.comb(samples, c) * chance**c * (1 - chance) ** (samples - c) for c in range(samples + 1)]
    true = 1 - (1 - chance) ** k
    ours = sum(w * pass_at_k(samples, c, k) for c, w in enumerate(weights))
    theirs = sum(w * plug_in(samples, c, k) for c, w in enumerate(weights))
    assert ours == pytest.approx(true)
    assert theirs < true


@pytest.mark.parametrize(("samples", "right", "k"), [(5, 2, 6), (5, 6, 1), (5, 2, 0), (0, 0, 1)])
def test_what_has_no_estimate_is_refused(samples: int, right: int, k: int) -> None:
    with pytest.raises(ValueError):
        pass_at_k(samples, right, k)
    assert mean_pass_at_k([ProblemTries(5, 5), ProblemTries(2, 1)], 3) is None


def test_the_interval_of_shares_is_that_of_the_binomial() -> None:
    values = [1.0] * 30 + [0.0] * 70
    low, high = bootstrap(values, seed=1)
    half = 1.96 * math.sqrt(0.3 * 0.7 / 100)
    assert low == pytest.approx(0.3 - half, abs=0.02)
    assert high == pytest.approx(0.3 + half, abs=0.02)
    assert bootstrap(values, seed=1) == (low, high)


def test_the_bootstrap_is_that_of_all_resamples() -> None:
    values = [0.0, 0.25, 1.0]
    every = sorted(sum(draw) / 3 for draw in itertools.product(values, repeat=3))
    low, high = bootstrap(values, seed=3)
    assert low in every[:2]
    assert high in every[-2:]


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    draw = random.Random(7)
    held = 0
    for trial in range(100):
        tried = [ProblemTries(5, sum(draw.random() < 0.4 for _ in range(5))) for _ in range(40)]
        found = mean_pass_at_k(tried, 1, seed=trial)
        assert found is not None
        held += found.low <= 0.4 <= found.high
    assert held >= 88


def test_the_mean_plug_in() -> None:
    assert mean_plug_in([ProblemTries(4, 2), ProblemTries(4, 0)], 2) == pytest.approx(0.375)


@given(st.integers(0, 12), st.integers(0, 12))
def test_the_sign_test_is_mcnemars_exact_test(gained: int, lost: int) -> None:
    flips = list(itertools.product((0, 1), repeat=min(gained + lost, 12)))
    if gained + lost <= 12 and gained + lost:
        far = abs(gained - lost)
        share = sum(abs(2 * sum(f) - (gained + lost)) >= far for f in flips) / len(flips)
        assert sign_test(gained, lost) == pytest.approx(share)
