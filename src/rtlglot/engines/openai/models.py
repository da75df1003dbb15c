"""What an endpoint says of its models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rtlglot.engines.openai.wire import decode
from rtlglot.errors import ConfigError
from rtlglot.records import Json
from rtlglot.registry import did_you_mean

_CONTEXT_FIELDS = ("max_model_len", "context_length", "context_window", "max_context_length")
"""vLLM and SGLang; Together and OpenRouter; Groq; Mistral and LM Studio."""
_SHOWN_MODELS = 12


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One entry of the list."""

    name: str
    context_tokens: int | None


def read_models(body: bytes) -> list[ServedModel]:
    """The entries of a list of models; empty where the body is none."""
    answer = decode(body)
    entries = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(entries, list):
        return []
    return [
        ServedModel(entry["id"], _context_tokens(entry))
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    ]


def find_model(name: str, served: list[ServedModel], where: str) -> ServedModel:
    """The entry for a name; '' is the first one.

    Ollama adds ':latest' and Gemini 'models/' to the names that people use. Raises ConfigError with
    what is there.
    """
    by_name = {model.name: model for model in served}
    if not name:
        return served[0]
    for candidate in (name, f"{name}:latest", f"models/{name}"):
        if candidate in by_name:
            return by_name[candidate]
    names = sorted(by_name)
    listed = ", ".join(names[:_SHOWN_MODELS]) + (
        f" and {more} more" if (more := len(names) - _SHOWN_MODELS) > 0 else ""
    )
    close = did_you_mean(name, names)
    raise ConfigError(
        f"{where} serves no model {name!r}; it serves: {listed}",
        hint=(f"{close} " if close.startswith("did") else "")
        + "If it is there under a name that is not listed: --set engine.check_model=off",
    )


def _context_tokens(entry: Mapping[str, Json]) -> int | None:
    for field in _CONTEXT_FIELDS:
        value = entry.get(field)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None
