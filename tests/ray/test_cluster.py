"""A transformation on a real Ray cluster of two nodes: what one machine gives, each row once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rtlglot.formats import open_dataset
from rtlglot.ledger.opening import open_reading
from rtlglot.ledger.reading import runs
from rtlglot.reports.inputs import read_inputs
from tests.ray.conftest import RULES, Work

pytestmark = pytest.mark.ray


def delivered(output: str | Path) -> dict[str, tuple[object, ...]]:
    """What every row ended as, and with what text. Each is there once."""
    rows = list(open_dataset(output))
    found = {row.id: tuple(row.fields[n] for n in ("status", "reason", "description")) for row in rows}
    assert len(found) == len(rows)
    return found


def one_machine(work: Work) -> dict[str, tuple[object, ...]]:
    """As `delivered`, of the same job without a cluster."""
    log = () if work.engine else ("--set", f"engine.log={work.folder / 'alone.jsonl'}")
    words = work.command(*log, output="one.jsonl", cluster=False)
    subprocess.run(words, check=True, capture_output=True)
    found: dict[str, tuple[object, ...]] = {}
    for path in (work.folder / "one.jsonl", work.folder / "one.jsonl.failures.jsonl"):
        for row in map(json.loads, path.read_text().splitlines()) if path.exists() else ():
            text = row["description"] if row["status"] == "accepted" else row["text"]
            found[row["id"]] = (row["status"], row["reason"], text)
    return found


def test_a_cluster_gives_what_one_machine_gives_and_goes_on_where_it_was(work: Work) -> None:
    work.make(RULES)
    summary = work.run("--replicas", "2")

    assert (summary["total"], summary["pending"], summary["requests"]) == (200, 0, 200)
    assert delivered(work.output) == one_machine(work)
    assert Counter(work.asked()) == Counter(f"r{n}" for n in range(200))

    again = work.run("--replicas", "1")
    assert (again["kept"], again["requests"], again["accepted"]) == (200, 0, summary["accepted"])

    with (work.folder / "in.jsonl").open("a") as file:
        file.write(json.dumps({"id": "new", "instruction": "Design the unit 1000 with a clock."}) + "\n")
    assert work.run("--replicas", "1")["requests"] == 1
    assert len(delivered(work.output)) == 201


def test_a_folder_of_parts_is_read_as_a_ledger_is_and_its_input_may_be_a_folder(work: Work) -> None:
    work = replace(work, source="in")
    work.make(RULES)
    work.run("--replicas", "2", "--check", "default")

    def said(*words: str) -> str:
        command = [sys.executable, "-m", "rtlglot", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=work.folder).stdout

    status = json.loads(said("status", "out", "--json"))
    assert (status["total"], status["pending"], status["state"]) == (200, 0, "done")
    assert f"--cluster {work.address}" in status["command"]
    report = json.loads(said("report", "out", "--json"))
    compared = json.loads(said("compare", "out", "out", "--json"))
    with closing(open_reading(work.folder / "out.ledger")) as db:
        inputs, missing = read_inputs(runs(db)[-1], work.folder / "out.ledger", {0: "r20", 180: "r0"})
    assert (missing, [row.fields["instruction"][-21:] for row in inputs.values()]) == (
        "", ["unit 20 with a clock.", " unit 0 with a clock."],
    )  # fmt: skip
    assert report["total"] == compared["common"] == 200
    said("export", "out", "--format", "openai", "-o", "sft.jsonl")
    accepted = sum(ended[0] == "accepted" for ended in delivered(work.output).values())
    assert len((work.folder / "sft.jsonl").read_text().splitlines()) == accepted


def test_a_run_on_one_machine_imports_no_ray(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "a", "instruction": "A unit."}\n')
    code = """
import sys, rtlglot
rtlglot.transform("in.jsonl", "out.jsonl", source="instruction", target="description", engine="scripted",
    model="sentence")
assert not [name for name in sys.modules if name.partition(".")[0] == "ray"]
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
