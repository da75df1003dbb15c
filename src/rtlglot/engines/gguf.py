"""Reads the header of a GGUF file: what model it is, before anything loads it.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3).
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtlglot.errors import ConfigError

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING = 8
_ARRAY = 9
_MOST_KEPT = 64
"""Arrays longer than this (the vocabulary) are passed over."""

_TENSOR_TYPES = {
    0: "F32",
    1: "F16",
    2: "Q4_0",
    3: "Q4_1",
    6: "Q5_0",
    7: "Q5_1",
    8: "Q8_0",
    9: "Q8_1",
    10: "Q2_K",
    11: "Q3_K",
    12: "Q4_K",
    13: "Q5_K",
    14: "Q6_K",
    15: "Q8_K",
    16: "IQ2_XXS",
    17: "IQ2_XS",
    18: "IQ3_XXS",
    19: "IQ1_S",
    20: "IQ4_NL",
    21: "IQ3_S",
    22: "IQ2_S",
    23: "IQ4_XS",
    30: "BF16",
}
"""Numbers of the tensor types, from ggml's enumeration."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says of itself."""

    metadata: dict[str, Any]
    """All keys; long arrays are left out."""
    tensor_types: frozenset[str]

    @property
    def architecture(self) -> str:
        """'llama', 'qwen2' …"""
        return str(self.metadata.get("general.architecture", "unknown"))

    @property
    def context_tokens(self) -> int | None:
        """Longest prompt plus reply."""
        return self._number("context_length")

    @property
    def kv_values_per_token(self) -> int | None:
        """Numbers that one token adds to the KV cache, keys and values of all layers."""
        layers, heads = self._number("block_count"), self._number("attention.head_count")
        width = self._number("embedding_length")
        if not layers or not heads or not width:
            return None
        kv_heads = self._number("attention.head_count_kv") or heads
        key = self._number("attention.key_length") or width // heads
        value = self._number("attention.value_length") or width // heads
        return layers * kv_heads * (key + value)

    def _number(self, name: str) -> int | None:
        value = self.metadata.get(f"{self.architecture}.{name}")
        return value if isinstance(value, int) else None


def read_header(path: Path) -> GgufHeader:
    """The header of a GGUF file; ConfigError where it is none or is cut off."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).header()
    except (ValueError, struct.error, IndexError, UnicodeDecodeError, OverflowError) as error:
        raise ConfigError(
            f"{path} is no readable GGUF file: {error}", hint="is it downloaded whole?"
        ) from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from error


class _Reader:
    """Walks a header; every number in it is little-endian."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def header(self) -> GgufHeader:
        if self._data[:4] != b"GGUF":
            raise ValueError("it does not begin with 'GGUF'")
        self._at = 4
        version, tensors, keys = self._unpack("I"), self._unpack("Q"), self._unpack("Q")
        if version not in (2, 3):
            raise ValueError(f"version {version} of the format is not known")
        metadata = {}
        for _ in range(keys):
            name = self._text()
            value = self._value(self._unpack("I"))
            if value is not None:
                metadata[name] = value
        infos = [self._tensor() for _ in range(tensors)]
        last = max((offset for _, offset in infos), default=0)
        if infos and self._at + last >= len(self._data):
            raise ValueError("it ends before its last tensor")
        return GgufHeader(metadata, frozenset(kind for kind, _ in infos))

    def _tensor(self) -> tuple[str, int]:
        """A tensor's type and where its data begin, from the end of the header."""
        self._skip_text()
        dimensions = self._unpack("I")
        self._at += 8 * dimensions
        number, offset = self._unpack("I"), self._unpack("Q")
        return _TENSOR_TYPES.get(number, f"type {number}"), offset

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            return self._array()
        if kind not in _SCALARS:
            raise ValueError(f"a value of the unknown type {kind}")
        return self._unpack(_SCALARS[kind])

    def _array(self) -> list[Any] | None:
        kind, count = self._unpack("I"), self._unpack("Q")
        if count <= _MOST_KEPT:
            return [self._value(kind) for _ in range(count)]
        if kind in _SCALARS:
            self._at += count * struct.calcsize("<" + _SCALARS[kind])
        elif kind == _STRING:
            for _ in range(count):
                self._skip_text()
        else:
            raise ValueError(f"a long array of the type {kind}")
        return None

    def _text(self) -> str:
        size = self._unpack("Q")
        begin, self._at = self._at, self._at + size
        if self._at > len(self._data):
            raise ValueError("it ends in the middle of its header")
        return self._data[begin : self._at].decode("utf-8")

    def _skip_text(self) -> None:
        size = self._unpack("Q")
        self._at += size

    def _unpack(self, code: str) -> Any:
        (value,) = struct.unpack_from("<" + code, self._data, self._at)
        self._at += struct.calcsize("<" + code)
        return value
