"""Model files for OpenVINO: what they say of themselves, and the converted copy that loads faster."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import json
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from rtlglot import models
from rtlglot.engines.gguf import GgufHeader, read_header
from rtlglot.errors import ConfigError, EngineDead

_ARCHITECTURES = frozenset({"llama", "qwen2", "qwen3"})
_QUANTIZATIONS = frozenset({"F32", "F16", "Q4_0", "Q4_1", "Q8_0", "Q4_K", "Q6_K"})
"""What OpenVINO GenAI 2026.4 reads from a GGUF file."""
_IR = "openvino_model.xml"
_IR_TOKENIZER = "openvino_tokenizer.xml"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a model's files say before anything loads; None where they do not say."""

    context_tokens: int | None
    kv_values_per_token: int | None
    """Numbers that one token adds to the KV cache."""


def describe(path: Path) -> ModelFacts:
    """Reads a .gguf header or a folder's config.json; ConfigError for what OpenVINO cannot load."""
    if path.is_dir():
        return _describe_folder(path)
    header = read_header(path)
    _refuse_unreadable(path, header)
    return ModelFacts(header.context_tokens, header.kv_values_per_token)


def _refuse_unreadable(path: Path, header: GgufHeader) -> None:
    if header.architecture not in _ARCHITECTURES:
        raise ConfigError(
            f"{path} is a {header.architecture!r} model; from a GGUF file OpenVINO loads only "
            f"{', '.join(sorted(_ARCHITECTURES))}",
            hint="a llama.cpp or Ollama server serves it: --engine openai --base-url URL",
        )
    unknown = header.tensor_types - _QUANTIZATIONS
    if unknown:
        raise ConfigError(
            f"{path} has tensors of the type {', '.join(sorted(unknown))}, which OpenVINO cannot read",
            hint=f"take a file with {', '.join(sorted(_QUANTIZATIONS))} (Q4_K_M and Q8_0 are such)",
        )
    if header.metadata.get("split.count", 1) != 1:
        raise ConfigError(
            f"{path} is one part of several", hint="llama-gguf-split --merge makes one file of them"
        )


def _describe_folder(folder: Path) -> ModelFacts:
    for name in (_IR, _IR_TOKENIZER):
        if not (folder / name).is_file():
            raise ConfigError(
                f"{folder} is no OpenVINO model: it has no {name}",
                hint="optimum-cli export openvino --model NAME FOLDER makes one",
            )
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        heads = config["num_attention_heads"]
        width = config.get("head_dim") or config["hidden_size"] // heads
        values = 2 * config["num_hidden_layers"] * config.get("num_key_value_heads", heads) * width
        return ModelFacts(config.get("max_position_embeddings"), values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ModelFacts(None, None)


def refuse_read_only(path: Path) -> None:
    """OpenVINO opens a GGUF file for writing (it writes nothing), so it must be writable."""
    if path.is_file() and not os.access(path, os.W_OK):
        raise ConfigError(
            f"{path} is read-only, and OpenVINO opens GGUF files only if they are writable",
            hint="copy it, or --set engine.save_converted=true keeps a converted copy in the cache",
        )


def converted_folder(path: Path) -> Path:
    """Where the converted copy of a model file is, or would be: by content and OpenVINO's version."""
    version = importlib.metadata.version("openvino-genai")
    return models.cache_folder() / "openvino" / f"{models.content_hash(path)[:16]}-{version}"


def is_converted(folder: Path) -> bool:
    """Whether a converted copy is complete."""
    return (folder / _IR).is_file()


async def keep_converted(path: Path, convert: Callable[[Path], Awaitable[None]]) -> None:
    """Makes the converted copy, never beside the user's file; without room or luck there is none.

    `path` is absolute. `convert` writes beside the path it is given: a link in a folder of ours.
    """
    folder = await asyncio.to_thread(converted_folder, path)
    if is_converted(folder):
        return
    with contextlib.suppress(OSError, EngineDead):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".convert-", dir=folder.parent) as temporary:
            fresh = Path(temporary) / "fresh"
            fresh.mkdir()
            link = fresh / "model.gguf"
            if os.access(path, os.W_OK):
                link.symlink_to(path)
            else:
                await asyncio.to_thread(shutil.copyfile, path, link)
            await convert(link)
            link.unlink()
            for older in folder.parent.glob(f"{folder.name[:16]}-*"):
                shutil.rmtree(older)
            os.replace(fresh, folder)
