"""What is proved of random small machines of 0, 1 and x never differs in any state that they reach."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.unit.checks_equivalence.three_valued import Pair, ever_differs

from rtlglot.tools.abc.solve import ONE_STEP, Effort, proved
from rtlglot.tools.yosys.reader import abc_program

PAIRS = 100


def test_nothing_that_differs_is_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program = abc_program()
    assert program is not None
    seen: Counter[object] = Counter()
    for seed in range(PAIRS):
        question = Pair(seed).question
        if question.combinational:
            continue
        for file in tmp_path.iterdir():
            file.unlink()
        answer = proved(question, Effort(24, 20_000, 4.0), program)
        differs = ever_differs(question.aig)
        assert not (differs and answer.status == "equivalent"), f"seed {seed}: {answer}"
        seen[differs] += 1
        seen[answer.engine] += 1
    # else the test would ask nothing
    assert seen[True] >= PAIRS // 10
    assert seen[ONE_STEP] >= PAIRS // 2
