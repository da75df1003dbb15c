"""A contribution is one file and one line: the suites of the contract find it by its table."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_made_up_part_of_every_kind_is_collected_and_tried() -> None:
    command = [sys.executable, "-m", "pytest", "-p", "tests.contract.made_up", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, "-vv", "-k", "made-up or unheard-of", "tests/contract"],
        cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    line = re.compile(r"^tests/contract/(test_\w+)\.py::\w+\[(.*)\] ([A-Z]+)", re.MULTILINE)
    ended = line.findall(run.stdout)
    made = [(suite, fate) for suite, part, fate in ended if "made-up" in part]
    assert {fate for _, fate in made} == {"PASSED"}, run.stdout
    for suite in ("test_engines", "test_checks", "test_formats", "test_commands"):
        assert made.count((suite, "PASSED")) > 2, run.stdout
    assert {fate for _, part, fate in ended if part == "unheard-of"} == {"ERROR"}
    assert "write tests/contract/engines/unheard_of.py with STANDS" in run.stdout
