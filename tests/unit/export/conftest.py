"""One real run on the scripted engine with real checks: samples, repairs, rejected and failed rows."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.unit.export.export_rows import ROWS, RULES, Export

import rtlglot
from rtlglot.exports import ExportSpec, ExportSummary, export

os.environ["HF_HUB_OFFLINE"] = "1"  # read when datasets is imported


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of that run."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (folder / "rules.json").write_text(json.dumps(RULES))
    output = folder / "out.jsonl"
    rtlglot.transform(
        folder / "in.jsonl", output, source="instruction", target="verilog", engine="scripted",
        model=str(folder / "rules.json"), samples=2, repair=1,
    )  # fmt: skip
    return output


@pytest.fixture
def write(tmp_path: Path, made: Path) -> Export:
    """Export that run (or another `output`) to a file in the test's folder."""

    def call(format: str, name: str = "x.jsonl", output: Path = made, **settings: Any) -> ExportSummary:
        return export(ExportSpec(output=str(output), format=format, path=str(tmp_path / name), **settings))

    return call
