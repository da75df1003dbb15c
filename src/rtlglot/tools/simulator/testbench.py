"""What the Box is asked to do for the check `testbench`: one candidate under one testbench."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.simulator.controls import (
    FOR_SURE,
    Controls,
    Stage,
    learn,
    learn_of_candidate,
    only_empty,
)
from rtlglot.tools.simulator.decide import Decision, by_words, decide
from rtlglot.tools.simulator.installed import from_json
from rtlglot.tools.simulator.simulation import write_data
from rtlglot.tools.simulator.texts import (
    Refused,
    Together,
    around_netlist,
    behind_buffers,
    probe_of,
    put_together,
    refuse_what_reaches_out,
    speaks_only_of_errors,
)
from rtlglot.tools.simulator.transcript import Ear, Heard
from rtlglot.tools.slang.driven import driven_inputs
from rtlglot.tools.slang.hazards import told_by_x
from rtlglot.tools.slang.source import Source, read_source
from rtlglot.tools.slang.tops import Remark
from rtlglot.verilog.same import Conditional, foreign_macros
from rtlglot.verilog.system_tasks import muted
from rtlglot.verilog.tokens import disputed_escape, disputed_line_end

_WHAT = ("the testbench", "the reference", "the candidate")
_UNFINISHED = {
    "timeout": ("timeout", "timeout", "the simulation did not end"),
    "crash": ("error", "crash", "the simulator broke"),
}


@dataclass(frozen=True, slots=True)
class TestbenchTask:
    """The tool's arguments."""

    text: str
    standard: str
    testbench: str
    reference: str | None
    programs: dict[str, str]
    limit_s: float
    """CPU seconds of one simulation."""
    controls_s: float
    """CPU seconds of all controls together."""
    files: dict[str, str] = field(default_factory=dict)
    """Data that the testbench reads, by name."""
    control: bool = True
    """Play controls where `controls` lacks them."""
    controls: dict[str, Json] | None = None
    """What was learned of this testbench before."""


def run(arguments: dict[str, Any]) -> Json:
    """Simulate `text` under `testbench` (with `reference`, where the testbench needs it).

    {"status": "pass" | "fail" | "incomplete" | "unsupported" | "timeout" | "error", "findings", "design",
    "renamed_from", "by", "samples", "mismatches", "let_through", "said", "races", "controls", "cpu_s",
    "netlist"}: `said` is what it said of each control, `controls` all that was learned, to be given
    again, `netlist` what another front end needs to read a design that passes.
    """
    asked = TestbenchTask(**arguments)
    controls = Controls.from_json(asked.controls) if asked.controls is not None else Controls()
    try:
        source = read_source(asked.text, asked.standard, driven_inputs)
        _compiles(source)
        _is_one_design(source, asked)
        refuse_what_reaches_out(source, asked.text)
        write_data(asked.files)
        together = put_together(source, asked.testbench, asked.reference, asked.text, data=bool(asked.files))
        ports = frozenset(port.name for port in together.seats[0].ports)
        ear = Ear(speaks_only_of_errors(asked.testbench), ports)
        stage = Stage(from_json(asked.programs), together, ear, asked.limit_s)
        _stands_alone(stage)
        if asked.control and asked.controls is None:
            controls = learn(stage, asked.reference, limit_s=asked.controls_s)
        longer = len(asked.text) / max(1, len(asked.reference or asked.text))
        patience_s = controls.patience_s(asked.limit_s, longer)
        heard = stage.play(together.texts[-1], patience_s, controls.neutral)
        if heard.ended != "ok":
            raise _unfinished(heard, together, beside_reference=patience_s < asked.limit_s)
    except Refused as refused:
        finding = {"code": refused.code, "message": str(refused), "line": refused.line}
        return {"status": refused.status, "findings": [finding], "controls": _to_keep(controls)}
    if asked.control and controls.reference is None and not controls.broken:
        controls = _of_candidate(asked, stage, heard, controls)
    decision = _decided(asked, stage, heard, controls)
    told = _told(decision, heard, controls, together) | {"cpu_s": stage.used_s}
    if told["status"] == "pass" and (remarks := _only_a_simulator_tells(asked, together.design)):
        told |= {"status": "unsupported", "findings": [asdict(remark) for remark in remarks]}
    return told


def _only_a_simulator_tells(asked: TestbenchTask, design: str) -> list[Remark]:
    """Where a candidate tells x from 0 and 1 and its reference does not: a simulator has x, hardware has
    none, so that a pass says nothing of hardware."""
    found = told_by_x(asked.text, asked.standard, design)
    return [] if found and asked.reference and told_by_x(asked.reference, asked.standard) else found


def _of_candidate(asked: TestbenchTask, stage: Stage, heard: Heard, known: Controls) -> Controls:
    """What can be learned without a reference that can be played."""
    if not asked.reference and heard.judgement.passed is False:
        # mutants of a candidate that fails teach nothing
        return only_empty(stage)
    return learn_of_candidate(stage, heard, known, limit_s=asked.controls_s)


def _decided(asked: TestbenchTask, stage: Stage, heard: Heard, controls: Controls) -> Decision:
    if not asked.control:
        return by_words(heard)
    decision = decide(heard, controls, asked.testbench)
    if decision.let_through[:1] == FOR_SURE[:1] and not set(FOR_SURE[1:]) & set(decision.let_through):
        return _firmly(stage, heard, controls, asked.testbench)
    return decision


def _firmly(stage: Stage, heard: Heard, controls: Controls, testbench: str) -> Decision:
    """Where a testbench only does not see x and z: the candidate must pass whatever these are."""
    rest = replace(controls, broken=tuple(one for one in controls.broken if one.name != FOR_SURE[0]))
    designs = [behind_buffers(stage.together.texts[-1], stage.together, firm=value) for value in "01"]
    played = [stage.play(design, unsaid=controls.neutral) for design in designs if design is not None]
    decisions = [decide(one, rest, testbench) for one in (heard, *played)]
    if len(decisions) < 1 + len(designs):
        return decide(heard, controls, testbench)
    return next((one for one in decisions if one.status != "pass"), decisions[-1])


def _compiles(source: Source) -> None:
    if source.problems:
        first = source.problems[0]
        raise Refused("fail", first["code"], first["message"], first["line"])
    if source.unknown:
        message = f"unknown module {source.unknown[0]!r}: the text instantiates it and lacks it"
        raise Refused("incomplete", "UnknownModule", message)


def _is_one_design(source: Source, asked: TestbenchTask) -> None:
    """A text that is another design where a macro is defined was not the one that was tested."""
    if place := disputed_line_end(asked.text):
        raise Refused("unsupported", "line-end", place.why, place.line)
    if place := disputed_escape(muted(asked.text)):
        raise Refused("unsupported", "string-escape", place.why, place.line)
    if not source.macros:
        return
    ours = Conditional(asked.text, source.macros, source.alternatives)
    known = read_source(asked.reference, asked.standard) if asked.reference else Source("", source.version)
    theirs = Conditional(asked.reference or "", known.macros, known.alternatives)
    ports = {port.name for top in (*known.tops, *source.tops) for port in top.ports}
    if foreign := foreign_macros(theirs, ours, ports):
        message = f"what this text is depends on macros that it does not define: {', '.join(foreign)}"
        raise Refused("unsupported", "conditional", message)


def _stands_alone(stage: Stage) -> None:
    """Build the candidate with nothing but a probe around it, in the simulator itself, which may take
    other branches than slang does: a name that it lacks there is one of the testbench."""
    together, name = stage.together, f"probe_{secrets.token_hex(8)}"
    for seat in together.seats:
        texts = (probe_of(seat, together.design, name), together.texts[-1])
        ended, said = stage.build(texts, name)
        lines = said.splitlines()
        if reaching := [line for line in lines if "coerced to inout" in line or "Scope of" in line]:
            message = f"the simulator finds that the design reaches out of itself: {_plain(reaching[0])}"
            raise Refused("fail", "reaches-out", message)
        if ended in _UNFINISHED:
            raise Refused(*_UNFINISHED[ended])
        if ended == "compile":
            reason = _plain(_first_error(lines))
            raise Refused(
                "unsupported", "simulator", f"the simulator cannot build the design alone: {reason}"
            )


def _plain(line: str) -> str:
    return line.replace("part0.sv", "the probe").replace("part1.sv", "the candidate")[:300]


def _first_error(lines: list[str]) -> str:
    return next((line for line in lines if "error" in line.lower() or "sorry" in line), "no reason given")


def _unfinished(heard: Heard, together: Together, *, beside_reference: bool) -> Refused:
    if heard.ended in _UNFINISHED:
        status, code, message = _UNFINISHED[heard.ended]
        long = status == "timeout" and beside_reference
        return Refused(status, code, message + " in 20 times what the reference takes" * long)
    # slang has read all of it and found the ports in order, so it is the simulator that cannot
    reason = heard.judgement.lines[0] if heard.judgement.lines else "no reason given"
    order = _WHAT if together.reference is not None else (_WHAT[0], _WHAT[2])
    for number, what in enumerate(order):
        reason = reason.replace(f"part{number}.sv", what)
    return Refused("unsupported", "simulator", f"the simulator cannot compile this: {reason[:300]}")


def _told(decision: Decision, heard: Heard, controls: Controls, together: Together) -> dict[str, Json]:
    findings = [{"code": decision.code, "message": line} for line in decision.lines[:5]]
    if decision.status == "fail" and not findings:
        findings = [{"code": "testbench", "message": "the testbench counted no samples"}]
    reference = controls.reference.word if controls.reference else controls.why_no_reference or "none"
    said = {control.name: control.heard.word for control in controls.broken}
    return {
        "status": decision.status,
        "findings": findings,
        "design": together.design,
        "renamed_from": together.renamed_from,
        "by": decision.by,
        "samples": heard.judgement.samples,
        "mismatches": heard.judgement.mismatches,
        "let_through": list(decision.let_through),
        "said": {"reference": reference, **said},
        "races": controls.races,
        "controls": _to_keep(controls),
        "netlist": _for_netlist(together) if decision.status == "pass" else None,
    }


def _to_keep(controls: Controls) -> dict[str, Json] | None:
    """What another candidate can be held against, too."""
    return controls.to_json() if controls.broken else None


def _for_netlist(together: Together) -> dict[str, Json] | None:
    """The design with the seat's parameters as its defaults, and the module around its netlist."""
    text = behind_buffers(together.texts[-1], together)
    name = f"{together.design}_netlist"
    outer = around_netlist(together, name)
    return None if text is None else {"text": text, "top": together.design, "name": name, "outer": outer}
