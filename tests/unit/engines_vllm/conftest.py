"""The real engine, router and replica program over stand-ins for vLLM and transformers."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.vllm_stand_in import vllm_stand_in

from rtlglot.engines.vllm import gpus
from rtlglot.records import Message, Request, Sampling


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Puts the stand-ins before whatever is installed; gives a reader of what they noted."""
    log = tmp_path / "stand-in.jsonl"

    def noted() -> list[dict[str, Any]]:
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    with vllm_stand_in() as patch:
        patch.setenv("STAND_IN_LOG", str(log))
        patch.setenv("PATH", str(tmp_path / "bin"))
        yield noted


@pytest.fixture
def gpu_box(stand_in: object, tmp_path: Path) -> Callable[[int], None]:
    """Makes an `nvidia-smi` that shows so many GPUs of 80 GB."""

    def make(count: int) -> None:
        tool = tmp_path / "bin" / "nvidia-smi"
        tool.parent.mkdir(exist_ok=True)
        lines = "".join(f"{number}, GPU-{number}, 81559, 559\n" for number in range(count))
        tool.write_text(f"#!{sys.executable}\nprint({lines!r}, end='')\n")
        tool.chmod(0o755)
        assert len(gpus.visible_gpus()) == count

    return make


SHAPE = {
    "model_type": "llama",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14_336,
    "vocab_size": 128_256,
    "max_position_embeddings": 131_072,
}
"""An 8B model's."""


@pytest.fixture
def model(tmp_path: Path) -> str:
    """A folder that looks like a model's."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(SHAPE))
    (folder / "tokenizer.json").write_text(json.dumps({"chat_template": "{}"}))
    (folder / "model.safetensors").write_bytes(b"w" * 100)
    return str(folder)


def ask(text: str, max_tokens: int = 100, **sampling: Any) -> Request:
    return Request((Message("user", text),), Sampling(max_tokens, **sampling))
