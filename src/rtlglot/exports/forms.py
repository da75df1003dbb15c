"""The forms that trainers read, one class each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rtlglot.exports.example import Example, ExportFormat, FormatOptions, Place, Unfit
from rtlglot.records import Json
from rtlglot.verilog.interface import header_of

FLAT = ("csv", "tsv")
TREES = ("jsonl", "json", "parquet")


class Alpaca(ExportFormat):
    """Alpaca (Taori et al. 2023): {instruction, input, output}, where `input` stays empty."""

    containers = (*TREES, *FLAT)
    dataset_info: Mapping[str, Json] | None = {
        "columns": {"prompt": "instruction", "query": "input", "response": "output"}
    }

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            yield {"instruction": turn.prompt, "input": "", "output": turn.answer}


class CodeV(ExportFormat):
    """CodeV (Zhao et al. 2024): {instruction: the prompt, a line break, the module's header; response}."""

    containers = (*TREES, *FLAT)
    dataset_info: Mapping[str, Json] | None = {"columns": {"prompt": "instruction", "response": "response"}}

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            header = header_of(turn.answer)
            if header is None:
                raise Unfit("the answer has no module")
            yield {"instruction": f"{turn.prompt}\n{header}", "response": turn.answer}


class RtlCoder(ExportFormat):
    """RTLCoder (Liu et al. 2024): {Instruction, Input, Response}; `Response` lists all answers to one."""

    containers = TREES

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each prompt."""
        answers: dict[str, list[Json]] = {}
        for turn in example.turns:
            answers.setdefault(turn.prompt, []).append(turn.answer)
        for prompt, response in answers.items():
            yield {"Instruction": prompt, "Input": "", "Response": response}


class HuggingFace(ExportFormat):
    """A Hugging Face dataset, which `folder` writes: all fields of the rows, and the checks' statuses."""

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer, so that a column holds texts only."""
        asked, answered = self.options.prompt_field, self.options.answer_field
        for turn in example.turns:
            record = {"id": example.id, **example.fields, asked: turn.prompt, answered: turn.answer}
            if turn.statuses:
                record["rtlglot_checks" if "checks" in example.fields else "checks"] = dict(turn.statuses)
            yield record


class OpenAI(ExportFormat):
    """OpenAI's fine-tuning file, which TRL reads too: {messages: [{role, content}, …]}."""

    containers = TREES
    dataset_info: Mapping[str, Json] | None = {
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

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            yield {"messages": _said("user", turn.prompt) + _said("assistant", turn.answer)}


class ShareGpt(ExportFormat):
    """ShareGPT: {conversations: [{from: human, value}, {from: gpt, value}]}."""

    containers = TREES
    dataset_info: Mapping[str, Json] | None = {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations"},
        "tags": {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"},
    }

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            human, gpt = {"from": "human", "value": turn.prompt}, {"from": "gpt", "value": turn.answer}
            yield {"conversations": [human, gpt]}


class _Trl(ExportFormat):
    """TRL's types: plain texts, which LLaMA-Factory reads too, or with `chat` lists of messages."""

    columns: Mapping[str, Json] = {}

    def __init__(self, options: FormatOptions) -> None:
        super().__init__(options)
        self.containers = TREES if options.chat else (*TREES, *FLAT)
        self.dataset_info = None if options.chat else self.columns

    def _text(self, role: str, text: str) -> Json:
        return _said(role, text) if self.options.chat else text


class PromptCompletion(_Trl):
    """TRL's prompt-completion type: {prompt, completion}."""

    columns: Mapping[str, Json] = {"columns": {"prompt": "prompt", "response": "completion"}}

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each answer."""
        for turn in example.turns:
            yield {
                "prompt": self._text("user", turn.prompt),
                "completion": self._text("assistant", turn.answer),
            }


class Preference(_Trl):
    """TRL's preference type: {prompt, chosen, rejected}, id, and the check that separates the two."""

    compares = True
    columns: Mapping[str, Json] = {
        "ranking": True,
        "columns": {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"},
    }

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each comparison."""
        for pair in example.comparisons:
            yield {
                "prompt": self._text("user", pair.prompt),
                "chosen": self._text("assistant", pair.chosen),
                "rejected": self._text("assistant", pair.rejected),
                "id": example.id,
                "check": pair.check,
                "finding": pair.finding,
            }


class Verl(ExportFormat):
    """verl's reinforcement learning data: rows for a rule-based reward, whose ground truth is the row's
    reference, or else its answer."""

    containers = ("parquet",)

    def records(self, example: Example, place: Place) -> Iterator[dict[str, Json]]:
        """One for each prompt: several answers of a model are still one task."""
        turns = {turn.prompt: turn for turn in reversed(example.turns)}
        for index, (prompt, turn) in enumerate(turns.items(), place.index):
            reference = None if self.options.answer_given else example.extra.get("reference")
            extra = {"split": place.side, "index": index, "id": example.id}
            yield {
                "data_source": self.options.data_source,
                "prompt": _said("user", prompt),
                "ability": "verilog",
                "reward_model": {"style": "rule", "ground_truth": reference or turn.answer},
                "extra_info": {**extra, "testbench": example.extra.get("testbench", "")},
            }


def _said(role: str, text: str) -> list[Json]:
    """One message as a list."""
    return [{"role": role, "content": text}]
