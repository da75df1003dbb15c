"""Completions that exist already: it answers none of the contract's messages."""

from __future__ import annotations

from pathlib import Path

from tests.contract.stands import Stand


def _model(folder: Path) -> str:
    path = folder / "completions.jsonl"
    path.write_text('{"task_id": "gate", "completion": "module gate; endmodule"}\n')
    return str(path)


STANDS = {"recorded": Stand(_model)}
