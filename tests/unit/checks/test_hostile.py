"""The hostile corpus: every text gets a verdict from every rung, and nothing else happens.

`tests/cases/hostile/*.v` and the texts made by `huge.py` there each say what they attack. Each rung is
asked by itself, so that the ones below do not shield it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from rtlglot.checks import CHECKS
from rtlglot.records import CheckStatus, Context
from rtlglot.sandbox import BoxResult, ForkBox

CORPUS = Path(__file__).parents[2] / "cases" / "hostile"
WORKERS = 2
SECRET = "open-sesame-4711"
CPU_S = 1.0
OPTIONS = {
    "screen": {},
    "syntax": {"cpu_s": CPU_S},
    "elaborate": {"cpu_s": CPU_S},
    "synth": {"cpu_s": CPU_S, "memory_mb": 1000},
}
LONGEST_S = 10.0
"""CPU seconds of all rungs of a text: six askings at most, each ended at its limit."""


class MeteredBox(ForkBox):
    """Adds up the CPU seconds of each text that has a child to itself."""

    def __init__(self) -> None:
        super().__init__(workers=WORKERS)
        self.spent: Counter[str] = Counter()

    async def run(self, tool: str, arguments: Mapping[str, Any], **given: Any) -> BoxResult:
        result = await super().run(tool, arguments, **given)
        self.spent[arguments["text"]] += result.cpu_s  # type: ignore[assignment]
        return result


def made() -> dict[str, str]:
    """The texts of huge.py by name."""
    spec = importlib.util.spec_from_file_location("hostile_huge", CORPUS / "huge.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {
        name: make()
        for name, make in vars(module).items()
        if callable(make) and not name.startswith("_") and make.__module__ == "hostile_huge"
    }


def corpus(secret: Path, target: Path) -> dict[str, str]:
    """All texts by name, with the files they go for put in."""
    written = {path.stem: path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.v"))}
    texts = written | made()
    return {
        name: text.replace("@SECRET@", str(secret)).replace("@TARGET@", str(target))
        for name, text in texts.items()
    }


async def examine(texts: dict[str, str]) -> Any:
    """Verdicts and seconds of each text, and the box's folder."""
    checks = [CHECKS.load(name)(options) for name, options in OPTIONS.items()]
    seen: dict[str, Any] = {}
    room = asyncio.Semaphore(WORKERS)

    async def one(name: str, text: str) -> None:
        async with room:
            verdicts = {check.name: await check.check(text, Context(), box) for check in checks}
            seen[name] = (verdicts, box.spent[text])

    async with MeteredBox() as box:
        await asyncio.gather(*(one(name, text) for name, text in texts.items()))
        folder = box._folder
    return seen, folder


def processes_of(folder: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if folder in line:
            found.append(line)
    return found


@pytest.mark.timeout(1200)
def test_hostile_texts_get_verdicts_and_nothing_else(tmp_path: Path, subtests: pytest.Subtests) -> None:
    secret, target = tmp_path / "secret.hex", tmp_path / "written"
    secret.write_text(f"{SECRET}\n5e5a3e\n")
    texts = corpus(secret, target)
    assert len(texts) >= 80
    seen, folder = asyncio.run(examine(texts))
    assert set(seen) == set(texts)
    for name, (verdicts, seconds) in seen.items():
        with subtests.test(name):
            findings = [finding for verdict in verdicts.values() for finding in verdict.findings]
            said = json.dumps([asdict(verdict) for verdict in verdicts.values()])
            assert set(verdicts) == set(OPTIONS)
            assert seconds < LONGEST_S
            assert SECRET not in said
            assert all(place not in said for place in (sys.prefix, folder, "site-packages"))
            # in the data stand names that the text chose itself, and those may look like any path
            assert all(str(tmp_path) not in finding.message for finding in findings)
            assert all(len(f.message) <= 400 and f.message.isprintable() for f in findings)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.hex"]
    assert not Path(folder).exists()
    assert processes_of(folder) == []


def test_no_hostile_text_passes_unseen(tmp_path: Path) -> None:
    """What the corpus says of files, processes and other code is refused before anything runs it."""
    reaching = (
        "include_",
        "readmem_pasted",
        "fopen",
        "fscanf",
        "fread",
        "writemem",
        "dumpfile",
        "dpi_",
        "system_",
    )
    texts = {
        name: text
        for name, text in corpus(tmp_path / "secret.hex", tmp_path / "written").items()
        if name.startswith(reaching)
    }
    seen, _ = asyncio.run(examine(texts))
    passed = [
        name
        for name, (verdicts, _) in seen.items()
        if CheckStatus.FAIL not in (verdicts["screen"].status, verdicts["syntax"].status)
    ]
    assert passed == []
    assert len(texts) > 20


@pytest.mark.parametrize("name", ["readmemh", "readmemb", "readmem_parameter"])
async def test_what_fills_memories_meets_no_other_text(name: str) -> None:
    """By itself it is a memory of unknown content; beside a testbench or a reference it could forge."""
    text, nothing = (CORPUS / f"{name}.v").read_text(), "module m; endmodule"
    no_box: Any = None
    for beside in (Context(testbench=nothing), Context(reference=nothing)):
        verdict = await CHECKS.load("screen")({}).check(text, beside, no_box)
        assert verdict.status is CheckStatus.FAIL
