"""TRL's prompt-completion type: {prompt, completion}, as plain texts or as messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rtlglot.exports.example import Example, FormatOptions, Place
from rtlglot.records import Json


class PromptCompletion:
    """{prompt, completion}; with `chat` both are lists of messages."""

    compares = False

    def __init__(self, options: FormatOptions) -> None:
        """`options.chat` takes TRL's conversational form."""
        self._chat = options.chat
        flat = () if options.chat else ("csv", "tsv")
        self.containers = ("jsonl", "json", "parquet", *flat)

    @property
    def dataset_info(self) -> Mapping[str, Json] | None:
        """LLaMA-Factory reads the plain form."""
        return None if self._chat else {"columns": {"prompt": "prompt", "response": "completion"}}

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            if self._chat:
                yield {"prompt": said("user", turn.prompt), "completion": said("assistant", turn.answer)}
            else:
                yield {"prompt": turn.prompt, "completion": turn.answer}


def said(role: str, text: str) -> list[Json]:
    """One message as a list."""
    return [{"role": role, "content": text}]
