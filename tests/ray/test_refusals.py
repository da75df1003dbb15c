"""What is refused before a cluster is looked for, and what a cluster is too small for."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.errors import UsageError
from tests.ray.conftest import RULES, Work
from tests.ray.test_cluster import delivered

pytest.importorskip("ray", reason="Ray is not installed (the extra ray)")
pytestmark = pytest.mark.ray


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"limit": 3}, "limit is given"),
        ({"shard": "1/2"}, "shard is given"),
        ({"redo": ("failed",)}, "redo is given"),
        ({"output": "-"}, "not read or written on a cluster"),
        ({"output": "there"}, "no run on a cluster made it"),
        ({"output": "new", "check": "roundtrip"}, "a check that asks an engine"),
    ],
)
def test_what_does_not_go_with_a_cluster_is_refused(
    settings: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"id": "a", "verilog": "module m(output y); endmodule"}\n')
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("")
    given = {"output": "out", "engine": "scripted", "model": "sentence", "cluster": "127.0.0.1:1", **settings}
    with pytest.raises(UsageError, match=said):
        rtlglot.transform("in.jsonl", given.pop("output"), source="verilog", target="description", **given)


def test_replicas_that_would_leave_checks_no_cpu_are_refused_and_those_without_a_gpu_wait(
    work: Work,
) -> None:
    work = replace(work, count=8)
    work.make(RULES)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = work.command("--check", "none", *words)
        return subprocess.run(command, check=False, capture_output=True, text=True)

    refused = run("--replicas", "16")
    assert (refused.returncode, work.asked()) == (2, [])
    assert "16 replicas are too many for 4 CPUs" in refused.stderr
    done = run("--replicas", "3", "--gpus-per-replica", "1")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "3 replicas need 3 GPUs and the cluster has 2" in done.stderr
    assert len(delivered(work.output)) == 8
