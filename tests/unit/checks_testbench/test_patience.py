"""How long a candidate's simulation is waited for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rtlglot.tools.simulator.controls import Controls
from rtlglot.tools.simulator.simulation import patience_s

SECONDS = st.floats(0, 100)


@given(SECONDS, SECONDS, st.floats(0.001, 1000))
def test_it_is_never_more_than_the_limit_nor_less_than_the_right_design_takes(
    right_s: float, limit_s: float, longer: float
) -> None:
    assert min(right_s, limit_s) <= patience_s(right_s, limit_s, longer) <= limit_s


def test_gates_may_take_longer_than_what_they_were_made_of() -> None:
    assert patience_s(0.02, 10) < 1
    # a register file of 32 x 32 is 400 characters, and its gates are 270,000
    assert patience_s(0.02, 10, 270_000 / 400) == 10
    # who says it in fewer words gets no less
    assert patience_s(0.02, 10, 0.1) == patience_s(0.02, 10)


def test_without_a_reference_there_is_nothing_to_hold_it_against() -> None:
    assert Controls(reference=None, broken=()).patience_s(10, 1) == 10
