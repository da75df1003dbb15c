"""An evaluation: a transform from instruction to Verilog with several samples, and its score."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from rtlglot.checks.equivalence.check import shared_references
from rtlglot.errors import UsageError
from rtlglot.evals import tables
from rtlglot.evals.audit import examine_controls, examine_references, health_of
from rtlglot.evals.completions import recorded, write_completions
from rtlglot.evals.problems import Problem, Problems, read_problems
from rtlglot.evals.score import Answered, Ran, read_run, score, texts_of
from rtlglot.evals.spec import EvalSpec
from rtlglot.formats import ANSWERS_FILE, PROBLEMS_FILE, open_dataset, open_writer, shard_from
from rtlglot.jobs.check import check
from rtlglot.jobs.check_spec import CheckSpec
from rtlglot.records import Json
from rtlglot.run.interrupt import hearing
from rtlglot.run.ledgers import ledger_of, open_ledger, take_over
from rtlglot.run.run import run
from rtlglot.run.spec import Spec, make_spec
from rtlglot.run.watch import Nobody, Watch

_QUIET = logging.NullHandler()
OFFICIAL = "rtlglot.evals.official:Official"
SPEC_FILE = "eval.json"
"""What made a folder: the EvalSpec."""
LEDGERS = (ANSWERS_FILE, "health.jsonl", "official.jsonl")
"""The outputs in a folder that have ledgers."""


@shared_references()
def evaluate(
    spec: EvalSpec, watch: Watch | None = None, command: Sequence[str] = (), **engine_flags: Any
) -> dict[str, Json]:
    """Run it, or go on with it; the score, which is also in the folder as score.json and score.md.

    `engine_flags` are options of the engine that are flags of their own. Where it was stopped before anything
    was asked there is no score, and `stopped_while` says where. Raises UsageError before anything is asked,
    and what a transform raises.
    """
    watch = watch or Nobody()
    logging.getLogger("rtlglot").addHandler(_QUIET)  # a wrong answer is a figure here, no trouble to print
    problems = read_problems(spec.input, spec.kind, spec.limit)
    folder, part = spec.folder, problems.part(shard_from(spec.shard))
    begin(spec, part)
    if spec.audit:
        return _audited(spec, problems, folder, watch)
    samples = _samples(spec, problems, folder)
    if spec.shard:
        _take_over(spec)
    with hearing() as signals:  # one is meant for all of it
        if any(problem.reference for problem in part.found):
            watch.stage("trying the references")
            tried = examine_references(folder, part.found, spec, Nobody())
            if signals or tried.ending != "done":
                ending = next(iter(signals), tried.ending)
                return {**_about(spec, part), "ending": ending, "stopped_while": "the references were tried"}
        summary = run(_run_spec(spec, problems, samples, engine_flags), watch, command)
    return scored(spec, part, next(iter(signals), summary.ending), summary.spent)


def _run_spec(spec: EvalSpec, problems: Problems, samples: int, engine_flags: Mapping[str, Any]) -> Spec:
    has = {name for problem in problems.found for name, value in problem.to_json().items() if value}
    fields: dict[str, str] = {name: name for name in ("reference", "testbench", "files") if name in has}
    fields |= {"interface": "header"} if "header" in has else {}
    values = {**spec.run_values(spec.folder, samples), **fields, **engine_flags}
    return make_spec({name: value for name, value in values.items() if value != ""})


def begin(spec: EvalSpec, problems: Problems) -> None:
    """The folder with what is asked, and how. Raises UsageError where it holds something else."""
    folder = spec.folder
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", hint="name a folder with --output")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / PROBLEMS_FILE).exists():
        raise UsageError(f"{folder} holds something else", hint="name another with --output")
    folder.mkdir(parents=True, exist_ok=True)
    _write_rows(folder / PROBLEMS_FILE, [problem.to_json() for problem in problems.found])
    _write(folder / SPEC_FILE, asdict(spec))


def _take_over(spec: EvalSpec) -> None:
    """What one machine knew before the shards began."""
    for name in LEDGERS:
        if (whole := ledger_of(spec.whole / name)).exists():
            with open_ledger(spec.folder / name, ledger_dir=spec.ledger_dir) as ledger:
                take_over(ledger, whole)


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with open_writer(path) as writer:
        for row in rows:
            writer.write(str(row["id"]), row)


def _samples(spec: EvalSpec, problems: Problems, folder: Path) -> int:
    """How many of each problem; completions that exist are put in place."""
    if not spec.samples_from:
        return spec.samples or spec.followed.samples
    known = recorded(spec.samples_from)
    if not any(problem.id in known for problem in problems.found):
        raise UsageError(
            f"no completion in {spec.samples_from} is for a problem of {spec.input}",
            hint=f"there is {next(iter(known))!r}, wanted {problems.found[0].id!r}",
        )
    write_completions(folder / "completions.jsonl", problems.found, known)
    return spec.samples or max(len(known.get(problem.id, ())) for problem in problems.found)


def _audited(spec: EvalSpec, problems: Problems, folder: Path, watch: Watch) -> dict[str, Json]:
    summary = examine_controls(folder, problems.found, spec, watch)
    health = health_of(folder, "audit")
    told: dict[str, Json] = {
        **_about(spec, problems),
        "ending": summary.ending,
        "health": [one.to_json() for one in health.values()],
        "different": sum(one.different for one in health.values()),
        "killed": sum(one.killed for one in health.values()),
    }
    _write(folder / "audit.json", told)
    (folder / "audit.md").write_text(tables.audit(told) + "\n", encoding="utf-8")
    return told


def _about(spec: EvalSpec, problems: Problems) -> dict[str, Json]:
    return {
        "benchmark": problems.kind,
        "input": spec.input,
        "protocol": spec.protocol,
        "folder": str(spec.folder),
        "left_out": [{"id": one.id, "why": one.why} for one in problems.left_out],
    }


def scored(spec: EvalSpec, problems: Problems, ending: str, spent: float | None) -> dict[str, Json]:
    """The score of the answers in the folder, written into it."""
    folder = spec.folder
    ledger = ledger_of(folder / ANSWERS_FILE)
    ran = read_run(ledger)
    ways = [
        *(["testbench"] if any(problem.testbench for problem in problems.found) else []),
        *(["proof"] if any(problem.reference for problem in problems.found) else []),
    ]
    ways += ["both"] if len(ways) == 2 else []
    texts = texts_of(ledger, ran.answered)
    if spec.followed.passes and ending == "done":
        ending, ran = _officially(spec, problems.found, folder, ran, texts)
        ways += ["official"] if ending == "done" else []
    _write_rows(folder / "samples.jsonl", _sample_rows(ran, texts))
    health = health_of(folder)
    found = score(ran, health, [int(k) for k in spec.k], ways, plug_in=problems.kind == "cvdp")
    told = {**_about(spec, problems), "ending": ending, "spent": spent, **found}
    if spec.samples_from:
        told["model"] = Path(spec.samples_from).name
    told["meant_simulator"] = spec.followed.simulator
    _write(folder / "score.json", told)
    (folder / "score.md").write_text(tables.markdown(told) + "\n", encoding="utf-8")
    return told


def _sample_rows(ran: Ran, texts: Mapping[bytes, str]) -> list[dict[str, Json]]:
    """Every sample that has a text, in the form that --samples-from reads."""
    return [
        {
            "id": f"{one.id}#{sample.number}",
            "task_id": one.id,
            "sample": sample.number,
            "completion": texts.get(sample.text, ""),
            "class": sample.kind,
            "testbench": sample.tested,
            "proof": sample.proved,
            "official": official,
            "why": sample.why,
        }
        for one in ran.answered
        for sample, official in zip(one.samples, one.official or (None,) * len(one.samples), strict=True)
    ]


def _officially(
    spec: EvalSpec, problems: Sequence[Problem], folder: Path, ran: Ran, texts: Mapping[bytes, str]
) -> tuple[str, Ran]:
    """How the asking ended, and what the published harness says of every sample if it is 'done'."""
    by_id = {problem.id: problem for problem in problems}
    rows = [
        {**by_id[one.id].to_json(), "id": f"{one.id}#{sample.number}", "verilog": texts.get(sample.text, "")}
        for one in ran.answered
        for sample in one.samples
        if sample.text
    ]
    _write_rows(folder / "official.input.jsonl", rows)
    checked = CheckSpec(
        input=(str(folder / "official.input.jsonl"),),
        output=str(folder / "official.jsonl"),
        ledger_dir=spec.ledger_dir,
        reference="reference",
        testbench="testbench",
        files="files",
        check=OFFICIAL,
        set={"check": {OFFICIAL: {"protocol": spec.protocol}}},
    )
    ending = check(checked).ending
    if ending != "done":
        return ending, ran
    with open_dataset(folder / "official.jsonl") as dataset:
        passed = {row.id: row.fields["verdicts"]["official"]["status"] == "pass" for row in dataset}
    answered = tuple(
        Answered(one.id, one.samples, tuple(passed.get(f"{one.id}#{s.number}", False) for s in one.samples))
        for one in ran.answered
    )
    return ending, replace(ran, answered=answered)


def _write(path: Path, told: Mapping[str, Json]) -> None:
    path.write_bytes(orjson.dumps(dict(told), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
