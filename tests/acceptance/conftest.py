"""The installed command, as a user calls it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Shell:
    """A folder and the command in it."""

    folder: Path

    def rtlglot(
        self, *arguments: str, code: int = 0, stdin: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run `rtlglot ARGUMENTS` and expect an exit code."""
        result = subprocess.run(
            [sys.executable, "-m", "rtlglot", *arguments],
            cwd=self.folder, capture_output=True, text=True, timeout=120, input=stdin,
            env=os.environ | {"NO_COLOR": "1", "TERM": "dumb"},
        )  # fmt: skip
        assert result.returncode == code, f"exit code {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result

    def write(self, name: str, content: Any) -> Path:
        """A file: text as it is, a list as JSONL (or JSON for .json), a dict as JSON."""
        path = self.folder / name
        if isinstance(content, str):
            path.write_text(content)
        elif isinstance(content, list) and not name.endswith(".json"):
            path.write_text("".join(json.dumps(row) + "\n" for row in content))
        else:
            path.write_text(json.dumps(content))
        return path

    def lines(self, name: str) -> list[dict[str, Any]]:
        """A JSONL file's rows; none where there is no file."""
        path = self.folder / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def json(self, name: str) -> Any:
        """A JSON file."""
        return json.loads((self.folder / name).read_text())


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """An empty folder to work in."""
    return Shell(tmp_path)
