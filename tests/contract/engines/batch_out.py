"""Writes a batch file, and answers nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract.stands import Stand


def _options(folder: Path) -> dict[str, Any]:
    return {"file": str(folder / "batch.jsonl")}


STANDS = {"batch-out": Stand(lambda _: "stub", options=_options)}
