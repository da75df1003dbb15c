"""Which engine for which model, where the user does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtlglot import models
from rtlglot.engines import ENGINES, Engine
from rtlglot.errors import UsageError


@dataclass(frozen=True, slots=True)
class Chosen:
    """An engine, made but not started, and the names under which its replies are kept."""

    engine: Engine
    name: str
    model: str


def choose(
    engine: str, model: str, options: Mapping[str, Any], *, emit_batch: str = "", ingest_batch: str = ""
) -> Chosen:
    """The engine for a model; a batch file to write or to read stands in for it."""
    name, model = pick(engine, model)
    if emit_batch or ingest_batch:
        options = {**options, "file": emit_batch or ingest_batch, "stands_for": name}
        name = "batch-out" if emit_batch else "batch-in"
    made: Engine = ENGINES.load(name)(model, options)
    return Chosen(made, made.stands_for or name, model)


def pick(engine: str, model: str) -> tuple[str, str]:
    """(engine, model), each chosen where it is ''.

    A .gguf file, an OpenVINO folder or an embedded model's name runs on `openvino`, a URL on `openai`,
    a hub id ('org/name') or a local folder on `vllm`, a function ('say.py:say') on `scripted`. Raises
    UsageError where the engine is not installed, saying what to install and what would work now.
    """
    if not model:
        if engine in ("", "openvino"):
            return "openvino", _embedded()
        if engine != "openai":  # an endpoint is asked which model it has
            raise UsageError(f"--model is missing for the engine {engine!r}")
    name = engine or engine_for(model)
    if name in set(ENGINES) and not ENGINES.installed(name):
        raise UsageError(
            f"the model {model!r} needs the engine {name!r}, which is not installed",
            hint=f"{ENGINES.install_hint(name)}   {_what_works()}",
        )
    return name, model


def engine_for(model: str) -> str:
    """The engine that runs a model of that name, installed or not; UsageError where it cannot be told."""
    if models.is_url(model):
        return "openai"
    path = Path(model)
    if re.fullmatch(r"[\w./-]+\.py:\w+", model):
        return "scripted"
    if model.endswith(".gguf") or model in models.KNOWN or (path / "openvino_model.xml").exists():
        return "openvino"
    if (path / "config.json").exists() or model.count("/") == 1:
        return "vllm"
    raise UsageError(
        f"which engine runs the model {model!r} cannot be told from its name",
        hint=f"name one with --engine ({', '.join(ENGINES)}), or see `rtlglot models`",
    )


def _embedded() -> str:
    if not ENGINES.installed("openvino"):
        raise UsageError(
            "no --model given, and the engine of the embedded model is not installed",
            hint=f"{ENGINES.install_hint('openvino')}, then `rtlglot models pull {models.EMBEDDED}`",
        )
    if models.find(models.EMBEDDED) is None:
        raise UsageError(
            "no --model given, and the embedded model is not here",
            hint=f"`rtlglot models pull {models.EMBEDDED}` brings it (98 MB); or name a model with --model",
        )
    return models.EMBEDDED


def _what_works() -> str:
    works = [name for name in ENGINES if ENGINES.installed(name)]
    line = f"works now: --engine {', '.join(works)}"
    if "openvino" in works and models.find(models.EMBEDDED) is not None:
        line += f"; --model {models.EMBEDDED}"
    return line
