"""Real vLLM, its engine core really killed in mid-run: no row is lost, and the rows go on."""

import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from tests.contract.engines import vllm as vllm_stand

from rtlglot.run.run import run
from rtlglot.run.spec import Spec
from rtlglot.run.watch import Nobody

pytestmark = [
    pytest.mark.filterwarnings("default"),  # torch warns of its own use of torch
    pytest.mark.vllm,
    pytest.mark.skipif(vllm_stand.why_not_real() != "", reason=vllm_stand.why_not_real() or "-"),
]
ROWS = 14


class Killer(Nobody):
    """Kills the engine core of our replica after so many rows."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.killed: list[int] = []
        self._others = replicas()
        """Replicas of other tests, whose engines may still be open."""

    def settled(self, outcome: object) -> None:
        self._left -= 1
        if self._left == 0:
            self.killed = [vllm_stand.core_of(pid) for pid in replicas() if pid not in self._others]
            for pid in self.killed:
                os.kill(pid, signal.SIGKILL)


def replicas() -> list[int]:
    """The replica programs that this process has started, from whichever thread."""
    children: list[str] = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # a thread may end while it is asked
            children += (task / "children").read_text().split()
    return [int(pid) for pid in children if b"engines.vllm.replica" in _command_line(pid)]


def _command_line(pid: str) -> bytes:
    """Empty for a process that has ended meanwhile."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def spec(folder: Path, name: str, **more: Any) -> Spec:
    source = folder / "rows.json"
    rows = {f"r{n}": {"instruction": f"Describe a {n + 2}-bit counter with enable."} for n in range(ROWS)}
    source.write_text(json.dumps(rows))
    return Spec(
        input=str(source),
        output=str(folder / name),
        source="instruction",
        target="description",
        engine="vllm",
        model=vllm_stand.embedded(),
        max_tokens="48",
        check="none",
        concurrency=4,
        set={"engine": {**vllm_stand.quick_options(Path()), "max_model_len": "1024"}},
        **more,
    )


@pytest.mark.timeout(280)
def test_a_killed_core_loses_no_row(tmp_path: Path) -> None:
    others = replicas()
    killer = Killer(after=5)
    summary = run(spec(tmp_path, "out.jsonl"), killer)
    assert killer.killed, "nothing was killed"
    assert (summary.ending, summary.total, summary.pending) == ("done", ROWS, 0)
    ids = [
        json.loads(line)["id"]
        for name in ("out.jsonl", "out.jsonl.failures.jsonl")
        if (tmp_path / name).exists()
        for line in (tmp_path / name).read_text().splitlines()
    ]
    assert sorted(ids) == sorted(f"r{n}" for n in range(ROWS))
    # Nobody is poison: each row was in flight at one death at most.
    assert not any("poison" in reason for reason in summary.reasons)
    assert replicas() == others


@pytest.mark.timeout(120)
def test_an_unknown_argument_is_refused_by_vllm_itself() -> None:
    """Should the names that we read from vLLM's source be wrong, its own parser still refuses."""
    from rtlglot.engines.vllm.replica import LoadRefused, engine_arguments

    with pytest.raises(LoadRefused, match="no_such_thing"):
        engine_arguments("m", {"no_such_thing": 1})
    made = engine_arguments(
        "m",
        {
            "enforce_eager": "on",
            "enable_prefix_caching": False,
            "speculative_config": {"method": "ngram", "num_speculative_tokens": 3, "prompt_lookup_max": 4},
            "max_num_seqs": "8",
            "quantization": "fp8",
        },
    )
    assert (made.enforce_eager, made.enable_prefix_caching, made.max_num_seqs) == (True, False, 8)
    assert made.speculative_config["prompt_lookup_max"] == 4
    assert made.quantization == "fp8"


def test_the_names_read_from_the_source_are_those_of_the_class() -> None:
    import dataclasses

    from vllm.engine.arg_utils import AsyncEngineArgs

    from rtlglot.engines.vllm.arguments import SAME_TEXT, known_names

    names = {field.name for field in dataclasses.fields(AsyncEngineArgs)}
    assert known_names() == names
    assert names >= SAME_TEXT
