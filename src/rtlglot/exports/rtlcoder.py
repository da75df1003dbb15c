"""RTLCoder (Liu et al. 2024): {Instruction, Input, Response: [...]}."""

from __future__ import annotations

from collections.abc import Iterator

from rtlglot.exports.example import Example, FormatOptions, Place
from rtlglot.records import Json


class RtlCoder:
    """{Instruction, Input, Response}, where `Response` lists all answers to one instruction."""

    containers = ("jsonl", "json", "parquet")
    compares = False
    dataset_info = None

    def __init__(self, options: FormatOptions) -> None:
        """Nothing to choose."""

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each prompt."""
        answers: dict[str, list[Json]] = {}
        for turn in example.turns:
            answers.setdefault(turn.prompt, []).append(turn.answer)
        for prompt, response in answers.items():
            yield {"Instruction": prompt, "Input": "", "Response": response}
