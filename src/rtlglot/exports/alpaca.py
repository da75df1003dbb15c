"""Alpaca (Taori et al. 2023): {instruction, input, output}."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rtlglot.exports.example import Example, FormatOptions, Place
from rtlglot.records import Json


class Alpaca:
    """{instruction, input, output}, where `input` stays empty."""

    containers = ("jsonl", "json", "parquet", "csv", "tsv")
    compares = False
    dataset_info: Mapping[str, Json] = {
        "columns": {"prompt": "instruction", "query": "input", "response": "output"}
    }

    def __init__(self, options: FormatOptions) -> None:
        """Nothing to choose."""

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            yield {"instruction": turn.prompt, "input": "", "output": turn.answer}
