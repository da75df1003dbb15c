"""What a reply answers: the extraction looks at it to tell an answer from an echo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Given:
    """What the model was given."""

    prompt: str = ""
    """The user message with the row in it."""
    examples: Mapping[str, str] = field(default_factory=dict)
    """Each example's answer (as `folded`) to its user message."""
    interface: str | None = None
    """The module header that was asked for."""
    field: str = "verilog"
    """The wanted field's name, a likely key where the model answers in JSON."""
    masked: str = ""
    """The design with a mark where the answer belongs."""


def folded(text: str) -> str:
    """The text as echoes are compared: case and white space do not matter."""
    return " ".join(text.lower().split())


def repeats(text: str, prompt: str) -> bool:
    """Whether all of a text stands in the prompt."""
    words = text[:200].lower().split()[:-1]
    lowered = prompt.lower()
    # An answer soon uses a word that the prompt does not: the long comparison is seldom needed.
    return all(word in lowered for word in words) and folded(text) in folded(prompt)


def example_question(text: str, given: Given) -> str | None:
    """The user message of the example whose answer a text repeats."""
    start = text[:16].lower()
    if not any(answer.startswith(start) for answer in given.examples):
        return None
    return given.examples.get(folded(text))
