"""Replies as a good model writes them: descriptions of natural length that the checks of texts accept."""

from __future__ import annotations

PARTS = tuple(
    part.strip()
    for part in """
    This module is a synchronous counter with an enable input and a terminal count output.
    The design adds two operands and stores their sum in a register on each rising edge of the clock.
    The circuit keeps a running total of the samples that arrive while its valid input is asserted.
    All state changes on the rising edge of the clock, and an asynchronous reset that is active low clears it.
    While the enable is low the register holds its value, so that the output does not change.
    When the count reaches its maximum it wraps to zero, and a flag is raised for exactly one cycle.
    The output is wider than its inputs by a single position, which leaves room for the carry.
    Internally a comparator watches the register and drives the flag without any delay of its own.
    The data path consists of an adder, a multiplexer in front of it, and the register that follows.
    Both inputs are sampled together; neither of them is stored anywhere else inside the design.
    After the reset is released, the first result appears with the next active edge.
    No latch is inferred, since every branch of the combinational logic assigns each of its signals.
    A second stage delays the result, which makes the timing of the output independent of the operands.
    The load input takes precedence over counting and copies the data bus into the register at once.
    Overflow is not treated specially: the most significant position is simply part of the result.
    The module is meant to be instantiated below a bus wrapper that supplies the operands.
    """.strip().splitlines()
)


def description(drawn: int, words: int) -> str:
    """Sentences in an order of their own, until there are so many words."""
    left = list(PARTS)
    said: list[str] = []
    while left and words > 8:
        drawn, place = divmod(drawn * 7 + 13, len(left))
        said.append(left.pop(place))
        words -= said[-1].count(" ") + 1
    return " ".join(said)
