"""Which share of the cards' arithmetic a measured setting used (MFU), or why that cannot be said."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from rtlglot.engines.vllm.gpus import visible_gpus
from rtlglot.errors import ConfigError
from rtlglot.plan import ModelShape, load_shape
from rtlglot.plan.roofline import Tokens, flops, peak_flops

_QUERY = ("--query-gpu=index,uuid,name", "--format=csv,noheader")


class Share:
    """`of(...)` is a share from 0 to 1, or None; `why` says why there is none."""

    def __init__(self, model: str, engine: str, options: Mapping[str, Any]) -> None:
        """`options` are the engine's, those of the setting included."""
        self.why = ""
        self._peak = 0.0
        self._shape: ModelShape | None = None
        if engine != "vllm":
            self.why = f"the engine {engine} does not say on which GPU a model runs"
            return
        visible = cards()
        used = visible[: _number_used(options, len(visible))]
        peaks = [peak_flops(name) or 0.0 for name in used]
        if not used:
            self.why = "no GPU is visible"
        elif not all(peaks):
            self.why = f"the peak of {used[peaks.index(0.0)]!r} is not known here"
        else:
            self._peak, self._shape = sum(peaks), self._shape_of(model, options)

    def of(self, tokens: Tokens, seconds: float) -> float | None:
        """Of a whole run, loading not counted."""
        if self._shape is None or not seconds:
            return None
        return flops(self._shape, tokens) / (self._peak * seconds)

    def _shape_of(self, model: str, options: Mapping[str, Any]) -> ModelShape | None:
        try:
            shape = load_shape(model)
        except ConfigError as error:
            self.why = str(error)
            return None
        if shape.weight_bits != 16 or options.get("quantization"):
            self.why = "the weights are not of 16 bits"
            return None
        return shape


def _number_used(options: Mapping[str, Any], visible: int) -> int:
    """All that are visible, unless the options say less."""
    limit = int(options.get("gpus") or visible)
    replicas = options.get("data_parallel")
    if not replicas:
        return limit
    split = int(options.get("tensor_parallel") or 1) * int(options.get("pipeline_parallel") or 1)
    return min(limit, int(replicas) * split)


def cards() -> list[str]:
    """The driver's names of the GPUs that this process may use; empty without any."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    try:
        done = subprocess.run([tool, *_QUERY], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    names: dict[str, str] = {}
    for line in done.stdout.splitlines():
        index, uuid, name = (part.strip() for part in line.split(",", 2))
        names[index] = names[uuid] = name
    return [names[device] for device in visible_gpus() if device in names]
