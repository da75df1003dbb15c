"""Throughput that people saw, quoted: never computed here.

The figures are those of the document of the original vlsi_transformer script: vLLM, H100 80 GB,
1000 prompts of hardware designs, prefix caching off, tensor parallel over all GPUs named.
"""

from __future__ import annotations

from rtlglot.plan.choose import Plan, Split

FULL = 131_072
SHORT = 8192

SEEN_IT_S: dict[tuple[str, int, int], float] = {
    ("meta-llama/llama-3.1-70b-instruct", 4, FULL): 9.71,
    ("meta-llama/llama-3.1-8b-instruct", 4, FULL): 24.36,
    ("meta-llama/llama-3.1-70b-instruct", 4, SHORT): 14.84,
    ("meta-llama/llama-3.1-8b-instruct", 4, SHORT): 54.37,
    ("meta-llama/llama-3.2-3b-instruct", 4, SHORT): 61.49,
    ("meta-llama/llama-3.1-70b-instruct", 2, SHORT): 5.14,
    ("meta-llama/llama-3.1-8b-instruct", 2, SHORT): 34.72,
    ("meta-llama/llama-3.2-3b-instruct", 2, SHORT): 49.77,
    ("meta-llama/llama-3.1-8b-instruct", 2, FULL): 29.24,
    ("meta-llama/llama-3.2-3b-instruct", 2, FULL): 33.47,
    ("meta-llama/llama-3.1-8b-instruct", 1, SHORT): 29.96,
    ("meta-llama/llama-3.2-3b-instruct", 1, SHORT): 45.98,
    ("meta-llama/llama-3.1-8b-instruct", 1, FULL): 28.10,
    ("meta-llama/llama-3.2-3b-instruct", 1, FULL): 34.80,
}
"""(model, tensor parallel, max_model_len) -> prompts a second."""


def seen_it_s(plan: Plan, split: Split) -> float | None:
    """Prompts a second seen for one replica like this, or None where nobody has said."""
    if split.pipeline_parallel != 1 or not 79 <= plan.gpus.memory_gib <= 80:
        return None
    return SEEN_IT_S.get((plan.shape.name.lower(), split.tensor_parallel, plan.need.max_model_len))
