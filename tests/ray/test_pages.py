"""The page on Ray: its script for Slurm with a stand-in for the scheduler, its job for Kubernetes read."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

from rtlglot.formats import open_dataset
from tests.ray.conftest import rows
from tests.ray.test_kills import LONG

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed (the extra ray)"),
]

PAGE = Path(__file__).parents[2] / "docs" / "ray.md"
STAND_INS = {
    "scontrol": 'hostname -I | tr " " "\\n"',
    "srun": 'while [ "${1#-}" != "$1" ]; do case $1 in -w|-x) shift;; esac; shift; done; exec "$@"',
}
SIZE = "--num-cpus=2 --object-store-memory=80000000"


def test_the_job_for_kubernetes_is_yaml_with_flags_that_exist() -> None:
    yaml = pytest.importorskip("yaml")
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    spec = yaml.safe_load(text)["spec"]
    cluster = spec["rayClusterSpec"]
    assert cluster["rayVersion"] == version("ray")
    assert cluster["workerGroupSpecs"][0]["template"] == cluster["headGroupSpec"]["template"]
    known = (PAGE.parent / "cli.md").read_text()
    flags = re.findall(r"--[a-z-]+", spec["entrypoint"])
    assert len(flags) >= 6
    assert [flag for flag in flags if flag not in known] == []


@LONG
def test_the_script_for_slurm_starts_a_cluster_and_does_the_job(tmp_path: Path) -> None:
    """36 s of CPU: RTLGLOT_EXPLORE=1 runs it."""
    (script,) = re.findall(r"```bash\n(#!/bin/bash\n#SBATCH .*?)```", PAGE.read_text(), re.DOTALL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    for here, there in (
        ("6379", port),
        ("sleep 20", "sleep 8"),
        ("--block", f"{SIZE} --block"),
        ("--model org/Model-8B", "--engine scripted --model sentence --check none"),
        ("--replicas 32 --gpus-per-replica 1", "--replicas 2"),
        ("--to verilog", "--to description"),
    ):
        assert here in script
        script = script.replace(here, there)
    (tmp_path / "job").write_text(script)
    (tmp_path / "bin").mkdir()
    for name, does in STAND_INS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/bash\n{does}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "rows.jsonl").write_text("".join(rows(16)))
    path = os.pathsep.join([str(tmp_path / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    slurm = {"SLURM_JOB_NODELIST": "n[1-2]", "SLURM_NNODES": "2", "PATH": path, "HOME": str(tmp_path)}
    with (tmp_path / "said").open("wb") as said:
        job = subprocess.Popen(
            ["bash", "job"], cwd=tmp_path, env=os.environ | slurm, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
    try:
        assert job.wait(70) == 0, (tmp_path / "said").read_text()[-3000:]
    finally:  # Slurm ends what an allocation has started
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
    assert {row.id for row in open_dataset(tmp_path / "out")} == {f"r{n}" for n in range(16)}
