"""How long a prompt is without its tokenizer, and how long a reply may be."""

from __future__ import annotations

from collections.abc import Sequence

from rtlglot.errors import RowError
from rtlglot.records import Message, Reason

BYTES_PER_TOKEN = 3.2
"""Between Verilog and prose: with SmolLM2's tokenizer, a small one, real rows have a median of 2.7 for
Verilog and 3.6 to 3.9 for prose about it, and of 20 Verilog texts one has less than 1.9."""
FEWEST_BYTES_PER_TOKEN = 2.5
"""For a bound instead of an estimate."""
TEMPLATE_TOKENS = 8
"""What a chat template adds to a message."""
_DOUBT = 2.0
"""An estimate may be wrong by this factor: where it does not matter then, nobody need count."""


_LEAST_REPLY_TOKENS = 16
"""A prompt that leaves less room than this in the context is too long."""


def fit(prompt_tokens: int, max_tokens: int, context_tokens: int | None) -> int:
    """How many tokens the reply may have; RowError(prompt_too_long) where there is no room."""
    if context_tokens is None:
        return max_tokens
    room = context_tokens - prompt_tokens
    if room < min(_LEAST_REPLY_TOKENS, max_tokens):
        raise RowError(
            Reason.PROMPT_TOO_LONG,
            f"the prompt has {prompt_tokens} tokens and the model's context is {context_tokens}",
        )
    return min(max_tokens, room)


def estimate(messages: Sequence[Message]) -> int:
    """About how many tokens."""
    return int(size_bytes(messages) / BYTES_PER_TOKEN) + TEMPLATE_TOKENS * len(messages)


def most(messages: Sequence[Message]) -> int:
    """No tokenizer makes more: a token is at least a byte, and a template adds a bounded preamble."""
    return size_bytes(messages) + 64 + 16 * len(messages)


def fits_surely(messages: Sequence[Message], max_tokens: int, context_tokens: int) -> bool:
    """Whether there is room for prompt and reply even if the estimate is badly wrong."""
    return estimate(messages) * _DOUBT + max_tokens <= context_tokens


def fit_roughly(messages: Sequence[Message], max_tokens: int, context_tokens: int | None) -> int:
    """How long a reply to ask for where nobody can count.

    Raises RowError only for a prompt that is too long under the kindest estimate: in doubt the
    endpoint decides.
    """
    if context_tokens is None or fits_surely(messages, max_tokens, context_tokens):
        return max_tokens
    guess = estimate(messages)
    fit(int(guess / _DOUBT / 2), max_tokens, context_tokens)
    room = int(0.9 * (context_tokens - guess))
    return min(max_tokens, max(room, _LEAST_REPLY_TOKENS))


def size_bytes(messages: Sequence[Message]) -> int:
    """Of a chat's texts in UTF-8."""
    return sum(
        len(text) if (text := message.content).isascii() else len(text.encode("utf-8", "replace"))
        for message in messages
    )
