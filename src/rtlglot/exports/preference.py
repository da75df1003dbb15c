"""TRL's preference type: {prompt, chosen, rejected}, and which check separates the two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rtlglot.exports.example import Example, FormatOptions, Place
from rtlglot.exports.prompt_completion import said
from rtlglot.records import Json


class Preference:
    """{prompt, chosen, rejected, id, check, finding}; with `chat` the first three are lists of messages."""

    compares = True

    def __init__(self, options: FormatOptions) -> None:
        """`options.chat` takes TRL's conversational form."""
        self._chat = options.chat
        flat = () if options.chat else ("csv", "tsv")
        self.containers = ("jsonl", "json", "parquet", *flat)

    @property
    def dataset_info(self) -> Mapping[str, Json] | None:
        """LLaMA-Factory reads the plain form."""
        columns = {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"}
        return None if self._chat else {"ranking": True, "columns": columns}

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each comparison."""
        for pair in example.comparisons:
            texts: dict[str, Json] = {
                "prompt": pair.prompt, "chosen": pair.chosen, "rejected": pair.rejected
            }  # fmt: skip
            if self._chat:
                roles = {"prompt": "user", "chosen": "assistant", "rejected": "assistant"}
                texts = {name: said(roles[name], text) for name, text in texts.items()}
            yield {**texts, "id": example.id, "check": pair.check, "finding": pair.finding}
