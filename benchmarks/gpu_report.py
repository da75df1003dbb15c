"""What benchmarks/gpu.py says: the machine, its table, and how busy the GPU was."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

Line = dict[str, Any]


def machine() -> Line:
    """Card, driver and versions."""
    import importlib.metadata

    query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    card = subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip()
    import torch

    versions = {name: importlib.metadata.version(name) for name in ("vllm", "transformers")}
    return {"card": card, "cuda": torch.version.cuda, "torch": torch.__version__, **versions}


def table(lines: Sequence[Line]) -> str:
    """Markdown."""
    rows = ["| step | way | it/s | in tok/s | out tok/s | MFU | note |", "|---|---|---|---|---|---|---|"]
    for line in lines:
        way = " ".join([line.get("way", ""), *(f"{k}={v}" for k, v in line.get("setting", {}).items())])
        figures = [f"{line.get(key) or 0:,.2f}" for key in ("it_s", "input_tokens_s", "output_tokens_s")]
        share = f"{100 * line['mfu']:.1f} %" if line.get("mfu") else ""
        note = line.get("trouble") or line.get("note") or line.get("card") or ""
        rows.append(f"| {line['step']} | {way} | {' | '.join(figures)} | {share} | {str(note)[:200]} |")
    return "\n".join(rows) + "\n"


def counted(answers: Sequence[Any], seconds: float) -> Line:
    """Rates of what vLLM answered."""
    read = sum(len(answer.prompt_token_ids) for answer in answers)
    written = sum(len(answer.outputs[0].token_ids) for answer in answers)
    return {
        "rows": len(answers),
        "seconds": round(seconds, 3),
        "it_s": round(len(answers) / seconds, 3),
        "input_tokens": read,
        "output_tokens": written,
        "cached_tokens": sum(answer.num_cached_tokens or 0 for answer in answers),
        "input_tokens_s": round(read / seconds, 1),
        "output_tokens_s": round(written / seconds, 1),
    }


class Busy:
    """Samples the driver's figure of how busy the GPU is, ten times a second."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def __enter__(self) -> Busy:
        query = ["nvidia-smi", "--query-gpu=timestamp,utilization.gpu", "--format=csv,noheader,nounits"]
        with self._log.open("w") as listing:
            self._sampler = subprocess.Popen([*query, "-lms", "100"], stdout=listing)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sampler.terminate()
        self._sampler.wait()

    def percent(self, seconds: float) -> float:
        """Mean of the last `seconds`: loading comes before them."""
        lines = self._log.read_text().splitlines()
        shares = [int(line.rpartition(",")[2]) for line in lines if line.count(",") == 1]
        last = shares[-max(1, int(seconds * 10)) :]
        return round(sum(last) / max(1, len(last)), 1)
