"""A Hugging Face dataset: the rows with all their fields; `folder` writes them."""

from __future__ import annotations

from collections.abc import Iterator

from rtlglot.exports.example import Example, FormatOptions, Place
from rtlglot.records import Json


class HuggingFace:
    """The row's own fields, and the checks' statuses."""

    containers = ()
    compares = False
    dataset_info = None

    def __init__(self, options: FormatOptions) -> None:
        """The fields that hold the prompt and the answer."""
        self._prompt, self._answer = options.prompt_field, options.answer_field

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer, so that a column holds texts only."""
        for turn in example.turns:
            record = {
                "id": example.id,
                **example.fields,
                self._prompt: turn.prompt,
                self._answer: turn.answer,
            }
            if turn.statuses:
                record["rtlglot_checks" if "checks" in example.fields else "checks"] = dict(turn.statuses)
            yield record
