"""CodeV (Zhao et al. 2024): {instruction, response}, the module's header at the instruction's end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rtlglot.exports.example import Example, FormatOptions, Place, Unfit
from rtlglot.records import Json
from rtlglot.verilog.interface import header_of


class CodeV:
    """{instruction: the prompt, a line break, the module's header; response: the whole module}."""

    containers = ("jsonl", "json", "parquet", "csv", "tsv")
    compares = False
    dataset_info: Mapping[str, Json] = {"columns": {"prompt": "instruction", "response": "response"}}

    def __init__(self, options: FormatOptions) -> None:
        """Nothing to choose."""

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            header = header_of(turn.answer)
            if header is None:
                raise Unfit("the answer has no module")
            yield {"instruction": f"{turn.prompt}\n{header}", "response": turn.answer}
