"""The tutorial, as it stands in the docs, from what a clone has: commands run and print what is shown."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shell

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()
BLOCKS = re.findall(r"^```(sh|text)\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)


def test_the_tutorial_runs_from_a_clone_and_prints_what_it_shows(shell: Shell) -> None:
    pytest.importorskip("datasets")
    pytest.importorskip("datasketch")
    shutil.copytree(ROOT / "examples", shell.folder / "examples")
    printed = ""
    ran = []
    for kind, text in BLOCKS:
        if kind == "sh":
            words = shlex.split(text.replace("\\\n", " "))
            assert words[0] == "rtlglot"
            result = shell.rtlglot(*words[1:])
            printed = result.stdout + result.stderr
            ran.append(words[1])
        elif "rtlglot" not in text:
            for line in text.splitlines():
                assert line.strip() == "..." or line in printed.splitlines(), (
                    f"{line!r} is not in:\n{printed}"
                )
    assert ran == ["check", "preview", "transform", "transform", "transform", "export"]
    for output in ("described", "instructions", "rebuilt"):
        assert (shell.folder / f"{output}.jsonl.report.html").exists()
    (wrong,) = shell.lines("rebuilt.jsonl.failures.jsonl")
    assert wrong["id"] == "johnson_counter4.v"
    mended = [row["id"] for row in shell.lines("rebuilt.jsonl")]
    assert "popcount8.v" in mended
    card = (shell.folder / "training-set" / "README.md").read_text()
    assert "| 3 | instruction -&gt; verilog |" in card
