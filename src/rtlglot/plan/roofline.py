"""The share of a card's arithmetic that a run used: model FLOP over what the cards could have done.

Only products with the model's 16-bit weights and the attention's own are counted, as everyone who
quotes such a share (MFU) does. Prompt tokens that came from the prefix cache cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from rtlglot.plan.shape import ModelShape

PEAK_TFLOPS: dict[str, float] = {
    "A10": 125.0,
    "A100": 311.8,
    "A30": 165.0,
    "B200": 2250.0,
    "H100 80GB HBM3": 989.4,
    "H100 NVL": 835.5,
    "H100 PCIe": 756.4,
    "H200": 989.4,
    "L4": 121.0,
    "L40S": 362.1,
}
"""Dense bf16 TFLOP/s of a card by words of the name that its driver tells, from the makers' data sheets."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a run went through, over all rows."""

    rows: int
    prompt: int
    cached: int
    """Prompt tokens that came from the prefix cache."""
    reply: int


def peak_flops(card: str) -> float | None:
    """Dense bf16 FLOP a second of a card, by the driver's name for it; None where it is not known."""
    words = card.upper().replace("-", " ").split()
    known = [name for name in PEAK_TFLOPS if _within(name.upper().split(), words)]
    return PEAK_TFLOPS[max(known, key=len)] * 1e12 if known else None


def _within(name: list[str], words: list[str]) -> bool:
    return any(words[start : start + len(name)] == name for start in range(len(words)))


def flops(shape: ModelShape, tokens: Tokens) -> float:
    """FLOP of a run: every computed token through the layers, every reply token through the head.

    Attention is counted at the rows' mean lengths, causal.
    """
    if not tokens.rows:
        return 0.0
    computed = tokens.prompt - tokens.cached + tokens.reply
    products = 2 * shape.layers * _active_parameters(shape) * computed
    head = 2 * shape.vocabulary * shape.hidden * tokens.reply
    end, begin = (tokens.prompt + tokens.reply) / tokens.rows, tokens.cached / tokens.rows
    pairs = tokens.rows * (end**2 - begin**2) / 2
    return products + head + 4 * shape.layers * shape.heads * shape.head_dim * pairs


def _active_parameters(shape: ModelShape) -> int:
    """Of a layer, those that one token meets: all, but of the experts only those it is sent to."""
    idle = max(0, shape.experts - shape.experts_per_token)
    return shape.layer_parameters - 3 * shape.hidden * shape.intermediate * idle
