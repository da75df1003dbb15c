"""VGen: 17 problems in three degrees of detail, a file for each prompt, answer and testbench."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rtlglot.evals.problems import LeftOut, Problem, text_at

_PROMPT = re.compile(r"prompt(?P<level>\d)_(?P<name>.+)\.v")


class VGen:
    """A prompt is a header with comments, and an answer goes on from there."""

    what = "VGen (prompts 1, 2 and 3 of each problem)"
    needs = "its folders of promptN_NAME.v, answer_NAME.v and tb_NAME.v"

    def fits(self, path: Path) -> bool:
        """See Reader."""
        return path.is_dir() and next(path.rglob("prompt1_*.v"), None) is not None

    def read(self, path: Path) -> Iterator[Problem | LeftOut]:
        """See Reader."""
        for file in sorted(path.rglob("prompt?_*.v")):
            found = _PROMPT.fullmatch(file.name)
            if found is None:
                continue
            name, prompt = found["name"], (text_at(file) or "").strip()
            answer, testbench = (text_at(file.parent / f"{part}_{name}.v") for part in ("answer", "tb"))
            id_ = f"{name}/{found['level']}"
            if not prompt or not (answer or testbench):
                yield LeftOut(id_, "it lacks its prompt, or both answer and testbench")
                continue
            yield Problem(id_, prompt, answer, testbench, header=prompt)
