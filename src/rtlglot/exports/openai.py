"""OpenAI's fine-tuning file, which TRL reads too: {messages: [{role, content}, …]}."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rtlglot.exports.example import Example, FormatOptions, Place
from rtlglot.records import Json


class OpenAI:
    """{messages: [{role, content}, …]} of one question and its answer."""

    containers = ("jsonl", "json", "parquet")
    compares = False
    dataset_info: Mapping[str, Json] = {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    }

    def __init__(self, options: FormatOptions) -> None:
        """Nothing to choose."""

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            user = {"role": "user", "content": turn.prompt}
            yield {"messages": [user, {"role": "assistant", "content": turn.answer}]}
