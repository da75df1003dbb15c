"""What a testbench's output says."""

from __future__ import annotations

import pytest

from rtlglot.tools.simulator.transcript import judge


@pytest.mark.parametrize(
    "output",
    [
        "Mismatches: 0 in 121 samples",
        "TIMEOUT\nMismatches: 0 in 200000 samples",
        "Hint: Output 'q' has no mismatches.\nMismatches: 0 in 5 samples\n",
        "===========Your Design Passed===========",
        "=========== Your Design Passed ===========\n",
        "ALL TESTS PASSED",
        "Test 1 passed\nTest 2 passed\n0 errors",
        "Simulation finished successfully, errors: 0",
        "12 tests passed, 0 failed",
        "PASS: no mismatches",
        "no errors\nTest passed",
    ],
)
def test_passes(output: str) -> None:
    assert judge(output, speaks_only_of_errors=False).passed is True


@pytest.mark.parametrize(
    "output",
    [
        "Mismatches: 1 in 121 samples",
        "Mismatches: 0 in 0 samples",
        "Mismatches: 3 in 9 samples\nALL TESTS PASSED",
        "===========Test completed with          5 / 100 failures===========",
        "===========Test completed with          x failures===========",
        "===========Error===========",
        "===========Failed===========          3",
        "Test 1 passed\nTest 2 FAILED",
        "11 tests passed, 1 failed",
        "ERROR: tb.v:12: expected 3, got 4\nsimulation passed",
        "FATAL: tb.v:9: giving up",
        "Incorrect result\nCorrect result",
        "errors: 2",
        "Your Design Passed\nmismatch at time 5",
        "TIMEOUT",
    ],
)
def test_fails(output: str) -> None:
    assert judge(output, speaks_only_of_errors=False).passed is False


@pytest.mark.parametrize("output", ["", "hello", "At time 5, pass_request = 0", "0 passed", "0 tests passed"])
def test_says_neither(output: str) -> None:
    assert judge(output, speaks_only_of_errors=False).passed is None


def test_silence_is_a_pass_where_only_errors_are_spoken_of() -> None:
    assert judge("", speaks_only_of_errors=True).passed is True
    assert judge("ERROR: tb.v:3: wrong", speaks_only_of_errors=True).passed is False


def test_the_count_and_the_outputs_are_told() -> None:
    output = (
        "Hint: Output 'q' has 118 mismatches. First mismatch occurred at time 20.\n"
        "Hint: Output 'z' has no mismatches.\nMismatches: 118 in 121 samples\n"
    )
    found = judge(output, speaks_only_of_errors=False)
    assert (found.samples, found.mismatches) == (121, 118)
    assert found.lines == ("output q is wrong in 118 of 121 samples, first at time 20",)


def test_the_last_count_is_the_one() -> None:
    """A line that looks like it, printed earlier, does not help."""
    assert (
        judge("Mismatches: 0 in 9 samples\nMismatches: 2 in 9 samples", speaks_only_of_errors=False).passed
        is False
    )
