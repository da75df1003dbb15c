"""A difference in plain words."""

from __future__ import annotations

from rtlglot.checks.equivalence import in_words
from rtlglot.tools.prover.trace import first_difference


def step(inputs: dict[str, str], expected: str, got: str) -> dict[str, dict[str, str]]:
    return {"inputs": inputs, "expected": {"q": expected}, "got": {"q": got}}


def trace(*steps: dict[str, dict[str, str]], clock: str | None = None) -> dict[str, object]:
    last = len(steps) - 1
    edge = "rising" if clock else None
    return {"clock": clock, "edge": edge, "steps": steps, "first": first_difference(steps[last], last)}


def test_one_step_without_a_clock() -> None:
    words = in_words(trace(step({"a": "1", "b": "0011"}, "01", "11")))
    assert words == "With a = 1, b = 4'b0011:\nOutput q should be 2'b01 but is 2'b11."


def test_cycles_of_a_clock() -> None:
    words = in_words(trace(step({"rst": "1"}, "x", "0"), step({"rst": "0"}, "0", "1"), clock="clk"))
    assert words.splitlines() == [
        "Each cycle ends with a rising edge of clk; outputs are read before.",
        "Cycle 0: rst = 1",
        "Cycle 1: rst = 0",
        "Output q in cycle 1 should be 0 but is 1.",
    ]


def test_long_traces_are_cut_at_the_front() -> None:
    steps = [step({"a": "0"}, "0", "0") for _ in range(40)] + [step({"a": "1"}, "0", "1")]
    lines = in_words(trace(*steps)).splitlines()
    assert lines[0] == "(The first 29 of 41 are left out.)"
    assert lines[1:] == [
        "Steps 29 to 39: a = 0",
        "Step 40: a = 1",
        "Output q in step 40 should be 0 but is 1.",
    ]


def test_steps_left_out_before_are_counted() -> None:
    """Of a very long trace only the last steps are kept."""
    kept: dict[str, object] = {
        **trace(step({"a": "1"}, "0", "0"), step({"a": "0"}, "0", "1")),
        "skipped": 998,
    }
    kept["first"] = {**first_difference(step({}, "0", "1"), 999)}  # type: ignore[dict-item]
    assert in_words(kept).splitlines() == [
        "(The first 998 of 1000 are left out.)",
        "Step 998: a = 1",
        "Step 999: a = 0",
        "Output q in step 999 should be 0 but is 1.",
    ]


def test_wide_values_are_hexadecimal() -> None:
    words = in_words(trace(step({"a": "0" * 15 + "11"}, "0", "1")))
    assert "a = 17'h00003" in words


def test_open_bits_are_no_difference() -> None:
    assert first_difference(step({}, "x1", "01"), 0) is None
    assert first_difference(step({}, "x1", "00"), 0) == {
        "step": 0, "output": "q", "expected": "x1", "got": "00",
    }  # fmt: skip
    # what a simulator shows as x is not what the reference defines
    assert first_difference(step({}, "0", "x"), 0) is not None
