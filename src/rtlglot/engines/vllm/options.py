"""The vLLM engine's options: ours by dataclass, vLLM's own by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from rtlglot.engines.vllm.arguments import OURS, check_names
from rtlglot.errors import ConfigError
from rtlglot.options import fill, flag, refuse_below
from rtlglot.records import Json

_flag = partial(flag, group="the engine vllm (other options: --set engine.KEY=VALUE)")


@dataclass(frozen=True, slots=True)
class VllmOptions:
    """What rtlglot decides for vLLM; any other engine argument of vLLM is passed on by its name."""

    gpus: int | None = _flag(
        "GPUs to use (default: all that are visible)", also=("--num_gpus",), default=None, metavar="N"
    )
    tensor_parallel: int | None = _flag(
        "GPUs per replica (default, here and below: the planner's choice)", default=None, metavar="N"
    )
    pipeline_parallel: int | None = _flag("stages per replica", default=None, metavar="N")
    data_parallel: int | None = _flag("independent replicas", default=None, metavar="N")
    max_model_len: str = _flag(
        "longest prompt plus reply; auto: from the data, else what model and memory allow",
        default="auto", metavar="N|auto",
    )  # fmt: skip
    max_num_batched_tokens: int | None = _flag("tokens of a step", default=None, metavar="N")
    prefix_caching: bool = True
    dummy_weights: bool = False
    """Random weights: nothing is loaded, texts are noise, speed is real."""
    gpu_memory: float | None = None
    """GiB that one GPU shows; None asks the driver."""
    max_in_flight: int | None = None
    """Requests in flight over all replicas; None: what memory and batch hold, and a queue."""
    row_tokens: int = 700
    """Prompt plus reply of a typical row: decides how many rows are in flight."""
    lora: str = ""
    """Folder of a LoRA adapter that every request uses."""
    chat_template: str = ""
    """File with a Jinja chat template, instead of the model's own."""
    thinking: bool | None = None
    """Given to the chat template as enable_thinking, where a model knows it."""
    reasoning_parser: str = ""
    """Name of vLLM's parser that takes the reasoning out of the reply."""
    download: bool = False
    """Let vLLM fetch a hub model that is not in the local cache."""

    def __post_init__(self) -> None:
        parallel = ("tensor_parallel", "pipeline_parallel", "data_parallel")
        refuse_below(0, self, "engine.vllm", "gpus", *parallel, "max_in_flight", "row_tokens")
        if self.max_model_len != "auto" and not (self.max_model_len.isdecimal() and int(self.max_model_len)):
            raise ConfigError(
                f"engine.vllm.max_model_len is {self.max_model_len!r}", hint="a number of tokens, or auto"
            )


def split_options(values: Mapping[str, Any]) -> tuple[VllmOptions, dict[str, Json]]:
    """Our options and vLLM's arguments. Raises UsageError for an unknown name or a bad value."""
    ours = {field.name for field in dataclasses.fields(VllmOptions)}
    named = {OURS.get(name, name).replace("-", "_"): value for name, value in values.items()}
    options = fill(
        VllmOptions, {name: value for name, value in named.items() if name in ours}, part="engine.vllm"
    )
    rest = {name: value for name, value in named.items() if name not in ours}
    check_names(rest, ours)
    return options, rest
