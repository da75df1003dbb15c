"""verl's reinforcement learning data: {data_source, prompt, ability, reward_model, extra_info}."""

from __future__ import annotations

from collections.abc import Iterator

from rtlglot.exports.example import Example, FormatOptions, Place
from rtlglot.exports.prompt_completion import said
from rtlglot.records import Json


class Verl:
    """Rows for a rule-based reward, whose ground truth is the row's reference, or else its answer."""

    containers = ("parquet",)
    compares = False
    dataset_info = None

    def __init__(self, options: FormatOptions) -> None:
        """`options.data_source` is what a reward function tells its data by."""
        self._data_source = options.data_source
        self._answer_given = options.answer_given

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each prompt: several answers of a model are still one task."""
        index = place.index
        for prompt, turn in {turn.prompt: turn for turn in reversed(example.turns)}.items():
            reference = None if self._answer_given else example.extra.get("reference")
            extra = {"split": place.side, "index": index, "id": example.id}
            yield {
                "data_source": self._data_source,
                "prompt": said("user", prompt),
                "ability": "verilog",
                "reward_model": {"style": "rule", "ground_truth": reference or turn.answer},
                "extra_info": {**extra, "testbench": example.extra.get("testbench", "")},
            }
            index += 1
