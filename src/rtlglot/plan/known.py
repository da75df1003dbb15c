"""Published configurations of models that rtlglot is often used with, so that `plan` works offline.

Only the numbers that the sums need, in the words of a config.json.
"""

from __future__ import annotations

from typing import Any


def _config(
    kind: str, shape: tuple[int, ...], *, vocabulary: int, context: int, tied: bool
) -> dict[str, Any]:
    """`shape` is (layers, hidden, heads, KV heads, width of a head, width of the MLP)."""
    layers, hidden, heads, kv_heads, head_dim, intermediate = shape
    return {
        "model_type": kind,
        "num_hidden_layers": layers,
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "head_dim": head_dim,
        "intermediate_size": intermediate,
        "vocab_size": vocabulary,
        "max_position_embeddings": context,
        "tie_word_embeddings": tied,
        "dtype": "bfloat16",
    }


def _llama3(shape: tuple[int, ...], *, tied: bool) -> dict[str, Any]:
    return _config("llama", shape, vocabulary=128_256, context=131_072, tied=tied)


def _qwen25(shape: tuple[int, ...], *, tied: bool) -> dict[str, Any]:
    vocabulary = 151_936 if tied else 152_064
    return _config("qwen2", shape, vocabulary=vocabulary, context=32_768, tied=tied)


KNOWN: dict[str, dict[str, Any]] = {
    "meta-llama/Llama-3.1-70B-Instruct": _llama3((80, 8192, 64, 8, 128, 28_672), tied=False),
    "meta-llama/Llama-3.1-8B-Instruct": _llama3((32, 4096, 32, 8, 128, 14_336), tied=False),
    "meta-llama/Llama-3.2-3B-Instruct": _llama3((28, 3072, 24, 8, 128, 8192), tied=True),
    "HuggingFaceTB/SmolLM2-135M-Instruct": _config(
        "llama", (30, 576, 9, 3, 64, 1536), vocabulary=49_152, context=8192, tied=True
    ),
    "Qwen/Qwen2.5-Coder-0.5B-Instruct": _qwen25((24, 896, 14, 2, 64, 4864), tied=True),
    "Qwen/Qwen2.5-Coder-1.5B-Instruct": _qwen25((28, 1536, 12, 2, 128, 8960), tied=True),
    "Qwen/Qwen2.5-Coder-3B-Instruct": _qwen25((36, 2048, 16, 2, 128, 11_008), tied=True),
    "Qwen/Qwen2.5-Coder-7B-Instruct": _qwen25((28, 3584, 28, 4, 128, 18_944), tied=False),
    "Qwen/Qwen2.5-Coder-14B-Instruct": _qwen25((48, 5120, 40, 8, 128, 13_824), tied=False),
    "Qwen/Qwen2.5-Coder-32B-Instruct": _qwen25((64, 5120, 40, 8, 128, 27_648), tied=False),
}

ALIASES = {"smollm2-135m-instruct": "huggingfacetb/smollm2-135m-instruct"}
"""Other names, e.g. that of the embedded model."""
