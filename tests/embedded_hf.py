"""A Hugging Face folder of the embedded model, made from its GGUF: what vLLM loads in the tests.

    python tests/embedded_hf.py [FOLDER]

prints the folder; a second run finds it made. Needs transformers, torch, accelerate and gguf, which
.ci/install-vllm installs, and the embedded model in the cache (`rtlglot models pull`).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from rtlglot.models import EMBEDDED, cache_folder, locate


def embedded_hf(folder: Path | None = None) -> Path:
    """The folder, made where it is not there yet: about 30 s and 270 MB."""
    folder = folder or cache_folder() / "hf" / EMBEDDED
    if (folder / "config.json").is_file():
        return folder
    fresh = folder.with_name(f".{folder.name}-{os.getpid()}")
    fresh.mkdir(parents=True)
    try:
        _convert(locate(EMBEDDED), fresh)
        os.replace(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _convert(gguf: Path, folder: Path) -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    where, file = str(gguf.parent), gguf.name
    model = AutoModelForCausalLM.from_pretrained(
        where, gguf_file=file, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    # The weights are plain numbers now; what is left of the quantizer would be written along.
    model.hf_quantizer = None
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(where, gguf_file=file).save_pretrained(folder)


if __name__ == "__main__":
    print(embedded_hf(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
