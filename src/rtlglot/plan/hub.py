"""The local cache of the Hugging Face hub: what is in it, never fetched."""

from __future__ import annotations

import os
from pathlib import Path


def snapshots(model: str) -> list[Path]:
    """Folders of a hub model's files, the one of its main branch first; empty where it is not here."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    cache = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    repository = cache / f"models--{model.replace('/', '--')}"
    main = repository / "refs" / "main"
    revision = main.read_text().strip() if main.is_file() else ""
    found = sorted((repository / "snapshots").glob("*"))
    return sorted(found, key=lambda folder: folder.name != revision)
