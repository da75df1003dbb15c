"""vLLM's own engine arguments, by name: which exist, which change the text."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Mapping, Set
from functools import cache
from pathlib import Path

from rtlglot.errors import ConfigError
from rtlglot.records import Json
from rtlglot.registry import did_you_mean

OURS = {
    "context_tokens": "max_model_len",
    "tensor_parallel_size": "tensor_parallel",
    "pipeline_parallel_size": "pipeline_parallel",
    "enable_prefix_caching": "prefix_caching",
}
"""Other names, vLLM's or other engines', of what has a shorter name here; both are understood."""

_SET_BY_US = frozenset({"model", "skip_tokenizer_init", "runner", "task", "device_ids"})
"""vLLM's names that an option here or the engine itself decides."""

SAME_TEXT = frozenset({
    "aggregate_engine_logging", "all2all_backend", "async_scheduling", "block_size", "compilation_config",
    "cpu_offload_gb", "cudagraph_capture_sizes", "data_parallel_backend", "data_parallel_size",
    "disable_custom_all_reduce", "disable_log_stats", "distributed_executor_backend", "download_dir",
    "enable_chunked_prefill", "enable_expert_parallel", "enable_log_requests", "enforce_eager",
    "gpu_memory_utilization", "hf_token", "kv_cache_memory_bytes", "kv_offloading_size", "log_level",
    "max_cudagraph_capture_size", "max_loras", "max_num_seqs", "max_parallel_loading_workers",
    "num_gpu_blocks_override", "optimization_level", "performance_mode", "prefix_caching_hash_algo",
    "safetensors_load_strategy", "scheduling_policy", "shutdown_timeout", "use_tqdm_on_load",
})  # fmt: skip
"""Arguments that decide how fast, not what: a changed one asks for no reply again."""


def check_names(names: Mapping[str, Json], ours: Set[str]) -> None:
    """ConfigError for a name that the installed vLLM does not have; silent where there is no vLLM.

    `ours` are the names of rtlglot's own options, for the hint. Reads vLLM's source instead of
    importing it, so that a typing error costs milliseconds.
    """
    known = known_names()
    for name in names:
        if name in _SET_BY_US:
            raise ConfigError(f"engine.vllm: {name!r} is set by rtlglot", hint="leave it out")
        if known and name not in known:
            raise ConfigError(
                f"vLLM has no engine argument {name!r}", hint=did_you_mean(name, sorted(known | ours))
            )


@cache
def known_names() -> frozenset[str]:
    """All engine arguments of the installed vLLM; empty where it is not installed."""
    spec = importlib.util.find_spec("vllm")
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        file = Path(place) / "engine" / "arg_utils.py"
        if file.is_file():
            return _fields(file.read_text(encoding="utf-8"))
    return frozenset()


def _fields(source: str) -> frozenset[str]:
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return frozenset(
        statement.target.id
        for node in classes
        if node.name in ("EngineArgs", "AsyncEngineArgs")
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    )


def identity(arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Those that change the text; all that are not known to be harmless."""
    return {name: value for name, value in sorted(arguments.items()) if name not in SAME_TEXT}
