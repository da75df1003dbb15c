"""What the Box is asked to do for this check: one candidate under one testbench."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.simulator import installed as simulators
from rtlglot.tools.simulator.texts import (
    Refused,
    Together,
    put_together,
    refuse_what_reaches_out,
    refused_as_json,
    speaks_only_of_errors,
    stub_of,
)
from rtlglot.tools.simulator.transcript import Judgement, judge
from rtlglot.tools.slang.driven import driven_inputs
from rtlglot.tools.slang.source import Source, Top, read_source

_WHAT = ("the testbench", "the reference", "the candidate")


def run(arguments: dict[str, Any]) -> Json:
    """Simulate `text` under `testbench` (with `reference`, where the testbench needs it).

    {"status": "pass" | "fail" | "incomplete" | "unsupported" | "timeout" | "error", "findings", "design",
    "renamed_from", "samples", "mismatches", "stub"}. With `control`, a passing candidate's empty shell
    is tried too: where that passes as well, the testbench tells nothing.
    """
    testbench, reference = arguments["testbench"], arguments["reference"]
    try:
        source = read_source(arguments["text"], arguments["standard"], driven_inputs)
        _compiles(source)
        refuse_what_reaches_out(source)
        together = put_together(source, testbench, reference)
    except Refused as refused:
        return dict(refused_as_json(refused))

    def simulated(texts: tuple[str, ...]) -> dict[str, Json]:
        return simulators.simulate(
            arguments["programs"], texts, top=together.tops[0], cpu_s=arguments["cpu_s"]
        )

    ran = simulated(together.texts)
    told: dict[str, Json] = {"design": together.design, "renamed_from": together.renamed_from}
    if ran["ended"] != "ok":
        return told | _unfinished(ran, together)
    quiet = speaks_only_of_errors(testbench)
    judgement = judge(ran["output"], speaks_only_of_errors=quiet)
    told |= _verdict(judgement)
    if judgement.passed and arguments["control"]:
        top = next(t for t in source.tops if t.name in (together.design, together.renamed_from))
        told["stub"] = _control(simulated, together, top, quiet=quiet)
    return told


def _compiles(source: Source) -> None:
    if not source.problems:
        return
    first = source.problems[0]
    if all(problem["code"] == "UnknownModule" for problem in source.problems):
        raise Refused("incomplete", "UnknownModule", first["message"], first["line"])
    raise Refused("fail", first["code"], first["message"], first["line"])


def _verdict(judgement: Judgement) -> dict[str, Json]:
    if judgement.passed is None:
        last = judgement.lines[-1] if judgement.lines else "nothing"
        message = f"the testbench says neither that it passed nor that it failed; its last words: {last}"
        return _no("unsupported", "no-answer", message)
    findings = [{"code": "testbench", "message": line} for line in judgement.lines]
    if judgement.passed:
        findings = []
    elif not findings:
        findings = [{"code": "testbench", "message": "the testbench counted no samples"}]
    return {
        "status": "pass" if judgement.passed else "fail",
        "findings": findings,
        "samples": judgement.samples,
        "mismatches": judgement.mismatches,
    }


def _control(simulated: Any, together: Together, top: Top, *, quiet: bool) -> str:
    """What the testbench says to an empty module: 'pass', 'fail' or 'unknown'."""
    ran = simulated((*together.texts[:-1], stub_of(top, together.design)))
    if ran["ended"] != "ok":
        return "unknown"
    passed = judge(ran["output"], speaks_only_of_errors=quiet).passed
    return {True: "pass", False: "fail", None: "unknown"}[passed]


def _unfinished(ran: Mapping[str, Any], together: Together) -> dict[str, Json]:
    if ran["ended"] == "timeout":
        return _no("timeout", "timeout", "the simulation did not end")
    if ran["ended"] == "crash":
        return _no("error", "crash", "the simulator broke")
    # slang has read all of it and found the ports in order, so it is the simulator that cannot
    lines = [line for line in ran["output"].splitlines() if "error" in line or "sorry" in line]
    reason = _in_words(lines[0], together) if lines else "no reason given"
    return _no("unsupported", "simulator", f"the simulator cannot compile this: {reason}")


def _no(status: str, code: str, message: str) -> dict[str, Json]:
    return {"status": status, "findings": [{"code": code, "message": message}]}


def _in_words(line: str, together: Together) -> str:
    order = _WHAT if together.reference is not None else (_WHAT[0], _WHAT[2])
    for number, what in enumerate(order):
        line = line.replace(f"part{number}.sv", what)
    return line[:300]
