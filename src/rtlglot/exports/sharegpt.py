"""ShareGPT: {conversations: [{from: human, value}, {from: gpt, value}]}."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rtlglot.exports.example import Example, FormatOptions, Place
from rtlglot.records import Json


class ShareGpt:
    """{conversations: [{from, value}, …]} of one question and its answer."""

    containers = ("jsonl", "json", "parquet")
    compares = False
    dataset_info: Mapping[str, Json] = {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations"},
        "tags": {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"},
    }

    def __init__(self, options: FormatOptions) -> None:
        """Nothing to choose."""

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            human, gpt = {"from": "human", "value": turn.prompt}, {"from": "gpt", "value": turn.answer}
            yield {"conversations": [human, gpt]}
