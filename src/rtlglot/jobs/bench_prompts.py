"""Made-up prompts for measuring: of the shape of a real job's, every one another."""

from __future__ import annotations

import random

from rtlglot.prompts import load
from rtlglot.records import Message, Pair, Row

KINDS = (
    "a binary counter",
    "a shift register",
    "a FIFO buffer",
    "a priority encoder",
    "a round-robin arbiter",
    "an edge detector",
    "a clock divider",
    "a pulse-width modulator",
    "a serial transmitter",
    "a barrel shifter",
    "a parity generator",
    "a debouncer",
    "a lookup table",
    "a sequence detector",
    "a saturating adder",
)
_RESETS = ("an active-low asynchronous reset", "a synchronous active-high reset", "no reset at all")
_WIDTHS = (1, 4, 7, 8, 12, 16, 24, 32, 48, 64)
EXTRAS = (
    "An enable input freezes all state while it is low.",
    "The output is registered and appears one clock cycle after the input.",
    "A valid output is high for exactly one cycle for each result.",
    "Illegal values on the select input leave the output unchanged.",
    "The module takes a parameter that sets its depth, which must be a power of two.",
    "An overflow flag is set when the result does not fit, and stays set until the next reset.",
)


def made_up_chats(number: int) -> list[tuple[Message, ...]]:
    """Chats of instruction -> description: the long system message that all share, and an instruction
    of two to four sentences. The same for the same number, every time."""
    prompt = load(Pair("instruction", "description"))
    rows = (Row(str(n), {"instruction": made_up_instruction(n)}, n) for n in range(number))
    return [tuple(prompt.render(row)) for row in rows]


def made_up_instruction(number: int) -> str:
    """One instruction; the module's name makes it unlike all others."""
    draw = random.Random(number)
    extras = draw.sample(EXTRAS, draw.randint(1, 3))
    return (
        f"Write a Verilog module named unit_{number} that implements {draw.choice(KINDS)} of width "
        f"{draw.choice(_WIDTHS)} with {draw.choice(_RESETS)}. {' '.join(extras)}"
    )
