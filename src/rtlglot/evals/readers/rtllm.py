"""RTLLM: a folder a design, with a description, a testbench, a verified design and the data that is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rtlglot.evals.problems import LeftOut, Problem, text_at

_DESCRIPTION = "design_description.txt"
_TESTBENCH = "testbench.v"
_MOST_DATA = 1 << 20
"""Bytes of one data file."""


class Rtllm:
    """Folders at any depth; a design's name is its folder's."""

    what = "RTLLM 1.1 and 2"
    needs = "a tree of folders with design_description.txt, testbench.v, verified_NAME.v and data files"

    def fits(self, path: Path) -> bool:
        """See Reader."""
        return path.is_dir() and next(path.rglob(_DESCRIPTION), None) is not None

    def read(self, path: Path) -> Iterator[Problem | LeftOut]:
        """See Reader."""
        for file in sorted(path.rglob(_DESCRIPTION)):
            folder = file.parent
            reference = next(iter(sorted(folder.glob("verified_*.v"))), None)
            testbench = text_at(folder / _TESTBENCH)
            if testbench is None:
                yield LeftOut(folder.name, f"the folder has no {_TESTBENCH}")
                continue
            yield Problem(
                folder.name,
                (text_at(file) or "").strip(),
                text_at(reference) if reference else None,
                testbench,
                files=dict(_data(folder, {file.name, _TESTBENCH})),
            )


def _data(folder: Path, known: set[str]) -> Iterator[tuple[str, str]]:
    """The files beside a testbench that it may read."""
    for file in sorted(folder.iterdir()):
        skip = file.name in known or file.suffix in (".v", ".sv", ".md") or file.name.lower() == "makefile"
        if file.is_file() and not skip and file.stat().st_size <= _MOST_DATA:
            yield file.name, text_at(file) or ""
