"""The reader of GGUF headers, on files written here and on cut and broken ones."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtlglot.engines.gguf import read_header
from rtlglot.engines.openvino_files import describe
from rtlglot.errors import ConfigError

NUMBERS = {"I": 4, "f": 6, "?": 7, "Q": 10}


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value(item: Any) -> bytes:
    if isinstance(item, bool):
        return struct.pack("<I?", 7, item)
    if isinstance(item, int):
        return struct.pack("<IQ", 10, item)
    if isinstance(item, float):
        return struct.pack("<Id", 12, item)
    if isinstance(item, str):
        return struct.pack("<I", 8) + text(item)
    kind = 8 if item and isinstance(item[0], str) else 10
    body = b"".join(text(i) if kind == 8 else struct.pack("<Q", i) for i in item)
    return struct.pack("<IIQ", 9, kind, len(item)) + body


def gguf(metadata: dict[str, Any], tensors: tuple[int, ...] = (), version: int = 3) -> bytes:
    """A file with that header and a byte in place of the tensors."""
    parts = [b"GGUF", struct.pack("<IQQ", version, len(tensors), len(metadata))]
    parts += [text(name) + value(item) for name, item in metadata.items()]
    for number, kind in enumerate(tensors):
        parts.append(text(f"blk.{number}.weight") + struct.pack("<IQQIQ", 2, 8, 8, kind, 0))
    return b"".join(parts) + b"\0" * bool(tensors)


LLAMA = {
    "general.architecture": "llama",
    "llama.context_length": 4096,
    "llama.block_count": 32,
    "llama.embedding_length": 4096,
    "llama.attention.head_count": 32,
    "llama.attention.head_count_kv": 8,
    "tokenizer.ggml.tokens": ["token"] * 500,
    "tokenizer.ggml.scores": list(range(500)),
    "tokenizer.chat_template": "{{ messages }}",
}


def test_what_a_header_says(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(LLAMA, (0, 12, 14)))
    header = read_header(path)
    assert (header.architecture, header.context_tokens) == ("llama", 4096)
    assert header.kv_values_per_token == 2 * 32 * 8 * 128  # Llama 3.1 8B: 128 KiB a token in 16 bits
    assert header.tensor_types == {"F32", "Q4_K", "Q6_K"}
    assert header.metadata["tokenizer.chat_template"] == "{{ messages }}"
    assert "tokenizer.ggml.tokens" not in header.metadata


def test_a_head_may_have_its_own_width(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    own = {"llama.attention.key_length": 64, "llama.attention.value_length": 96}
    path.write_bytes(gguf({**LLAMA, **own}))
    assert read_header(path).kv_values_per_token == 32 * 8 * (64 + 96)


scalars = st.one_of(st.booleans(), st.integers(0, 2**64 - 1), st.floats(allow_nan=False), st.text())
items = st.one_of(scalars, st.lists(st.text(), max_size=5), st.lists(st.integers(0, 9), max_size=5))


@given(st.dictionaries(st.text(), items, max_size=6))
@settings(max_examples=50, deadline=None)
def test_metadata_comes_back(tmp_path_factory: pytest.TempPathFactory, metadata: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("gguf") / "model.gguf"
    path.write_bytes(gguf(metadata))
    assert read_header(path).metadata == metadata


@given(st.integers(0, len(gguf(LLAMA, (0, 2))) - 1))
@settings(max_examples=60, deadline=None)
def test_a_file_cut_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, size: int) -> None:
    path = tmp_path_factory.mktemp("gguf") / "model.gguf"
    path.write_bytes(gguf(LLAMA, (0, 2))[:size])
    with pytest.raises(ConfigError, match=r"model\.gguf"):
        read_header(path)


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_garbage_is_refused(tmp_path_factory: pytest.TempPathFactory, garbage: bytes) -> None:
    path = tmp_path_factory.mktemp("gguf") / "model.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1 << 40, 1 << 40) + garbage)
    with pytest.raises(ConfigError):
        read_header(path)


@pytest.mark.parametrize(
    ("metadata", "tensors", "message"),
    [
        ({**LLAMA, "general.architecture": "gemma3"}, (12,), "gemma3"),
        (LLAMA, (0, 13), "Q5_K"),
        (LLAMA, (0, 99), "type 99"),
        ({**LLAMA, "split.count": 3}, (0,), "one part of several"),
    ],
)
def test_what_openvino_cannot_load_is_refused_at_once(
    tmp_path: Path, metadata: dict[str, Any], tensors: tuple[int, ...], message: str
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(metadata, tensors))
    with pytest.raises(ConfigError, match=message) as caught:
        describe(path)
    assert caught.value.hint


def test_a_folder_says_its_context_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"openvino_model\.xml"):
        describe(tmp_path)
    for name in ("openvino_model.xml", "openvino_tokenizer.xml"):
        (tmp_path / name).touch()
    assert describe(tmp_path).context_tokens is None
    (tmp_path / "config.json").write_text(
        '{"max_position_embeddings": 2048, "num_hidden_layers": 4, '
        '"num_attention_heads": 8, "hidden_size": 64}'
    )
    facts = describe(tmp_path)
    assert (facts.context_tokens, facts.kv_values_per_token) == (2048, 2 * 4 * 8 * 8)
