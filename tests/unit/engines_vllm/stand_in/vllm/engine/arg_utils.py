from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any


@dataclass
class EngineArgs:
    model: str = ""
    dtype: str = "auto"
    tensor_parallel_size: int = 1
    pipeline_parallel_size: int = 1
    max_model_len: int | None = None
    max_num_batched_tokens: int | None = None
    max_num_seqs: int | None = None
    gpu_memory_utilization: float = 0.92
    kv_cache_memory_bytes: int | None = None
    enable_prefix_caching: bool | None = None
    enable_chunked_prefill: bool | None = None
    enforce_eager: bool = False
    load_format: str = "auto"
    enable_lora: bool = False
    speculative_config: dict[str, Any] | None = None
    quantization: str | None = None
    disable_log_stats: bool = False


@dataclass
class AsyncEngineArgs(EngineArgs):
    enable_log_requests: bool = False

    @staticmethod
    def add_cli_args(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
        for each in fields(AsyncEngineArgs):
            flag = f"--{each.name.replace('_', '-')}"
            if "bool" in each.type:
                parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=each.default)
            else:
                kind = int if "int" in each.type else float if "float" in each.type else str
                parser.add_argument(flag, type=kind, default=each.default)
        return parser

    @classmethod
    def from_cli_args(cls, args: argparse.Namespace) -> AsyncEngineArgs:
        return cls(**{each.name: getattr(args, each.name) for each in fields(cls)})

    def create_engine_config(self, usage_context: Any) -> SimpleNamespace:
        if self.quantization == "mystery":
            raise ValueError("Unknown quantization method: mystery.")
        chunked = self.enable_chunked_prefill is not False
        return SimpleNamespace(
            arguments=self,
            model_config=SimpleNamespace(max_model_len=self.max_model_len or 4096),
            cache_config=SimpleNamespace(kv_cache_size_tokens=7000),
            scheduler_config=SimpleNamespace(
                max_num_seqs=self.max_num_seqs or 256, enable_chunked_prefill=chunked
            ),
        )
