"""Answers from a file of results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract.stands import Stand


def _options(folder: Path) -> dict[str, Any]:
    results = folder / "results.jsonl"
    results.touch()
    return {"file": str(results)}


STANDS = {"batch-in": Stand(lambda _: "stub", options=_options)}
