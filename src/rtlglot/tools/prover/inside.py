"""What the Box is asked to do for this check: read a reference, compare, decide, simulate.

Each function takes and gives JSON values and runs in a child of its own. What is beyond a proof comes
back as {"status": "unsupported", "what": …}; what yosys cannot read ends the child.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.abc.aig import Aig, read_aiger
from rtlglot.tools.abc.difference import Question, Stimulus, exhaustive, never_defined, randomly
from rtlglot.tools.abc.solve import Effort, decide, shorten
from rtlglot.tools.abc.vacuity import undefined_within
from rtlglot.tools.prover.trace import inputs_along, trace_of
from rtlglot.tools.slang.hazards import hazards_of
from rtlglot.tools.slang.source import Source, Top, read_source
from rtlglot.tools.slang.tops import choose_top, differences
from rtlglot.tools.yosys.miter import Clocking, build, clocking_of
from rtlglot.tools.yosys.netlist import Netlist, Unsupported, read_netlist
from rtlglot.verilog.interface import Port


def warm() -> None:
    """Load yosys before the first fork."""
    import pyosys.libyosys  # noqa: F401 - 30 MB that only the box needs


def read_reference(arguments: dict[str, Any]) -> Json:
    """The flat netlist and the interface of `text`: {"status": "read", "top", "netlist", …}."""
    source = read_source(arguments["text"], arguments["standard"], hazards_of)
    if source.problems:
        return _unsupported("it does not compile", source.problems)
    top = choose_top(source.tops)
    if isinstance(top, str):
        return _unsupported(top)
    if trouble := _beyond(top):
        return _unsupported(trouble)
    try:
        netlist = _netlist(source, top, arguments)
    except Unsupported as error:
        return _unsupported(str(error))
    return {
        "status": "read",
        "top": asdict(top),
        "netlist": netlist.to_json(),
        "plain": source.plain,
        "version": source.version,
    }


def compare(arguments: dict[str, Any]) -> Json:
    """Hold `text` against a reference that was read. Answers what needs no solver.

    {"status": "ports-differ", "findings"}, {"status": "equivalent", "engine"},
    {"status": "different", "trace", "aiger"}, or {"status": "open", "aiger"} for `conclude`.
    """
    reference = arguments["reference"]
    wanted = top_from_json(reference["top"])
    source = read_source(arguments["text"], arguments["standard"], hazards_of)
    if source.problems:
        return _unsupported("it does not compile", source.problems)
    top = choose_top(source.tops, wanted)
    if isinstance(top, str):
        return _unsupported(top)
    if findings := differences(wanted.ports, top.ports):
        return {"status": "ports-differ", "findings": findings}
    if trouble := _beyond(top):
        return _unsupported(trouble)
    try:
        candidate = _netlist(source, top, arguments)
    except Unsupported as error:
        return _unsupported(str(error))
    gold = Netlist.from_json(reference["netlist"])
    clocking = clocking_of(gold, candidate)
    miter = build(gold, candidate, wanted.ports, clocking, arguments["semantics"])
    common = {
        "top": top.name,
        "plain": source.plain,
        "version": source.version,
        "clocks": sorted({name for name, _ in candidate.clocks}),
        "hazards": [asdict(hazard) for hazard in top.remarks],
        "has_state": candidate.has_state,
        "front_end": candidate.front_end,
        "clocking": asdict(clocking),
        "undefined": never_defined(miter) if arguments["want_undefined"] else [],
    }
    return common | _without_solver(miter, wanted.ports, clocking)


def survey(arguments: dict[str, Any]) -> Json:
    """What a simulation of `text` needs, where its netlist is beyond a proof: {"status": "read", …}."""
    source = read_source(arguments["text"], arguments["standard"], hazards_of)
    top = choose_top(source.tops, top_from_json(arguments["top"]))
    if source.problems or isinstance(top, str):
        return _unsupported("it cannot be simulated")
    return {"status": "read", "top": top.name, "plain": source.plain, "version": source.version}


def _without_solver(miter: Aig, ports: tuple[Port, ...], clocking: Clocking) -> dict[str, Json]:
    question = Question.of(miter)
    aiger = base64.urlsafe_b64encode(Path("miter.aig").read_bytes()).decode()
    if question.literal == 0:
        return {"status": "equivalent", "engine": "structure", "aiger": aiger}
    tried = exhaustive(question)
    if tried is True:
        return {"status": "equivalent", "engine": "exhaustive simulation", "aiger": aiger}
    stimulus = tried or randomly(question)
    if not stimulus:
        return {"status": "open", "aiger": aiger}
    engine = "exhaustive simulation" if tried else "random simulation"
    shown = _shown(miter, stimulus, ports, clocking)
    return {"status": "different", "engine": engine, "aiger": aiger, "stimulus": list(stimulus), **shown}


def _shown(miter: Aig, stimulus: Stimulus, ports: Sequence[Port], clocking: Clocking) -> dict[str, Json]:
    """A difference for people (`trace`) and for a simulator (`inputs` of every step)."""
    trace = trace_of(miter, stimulus, ports, clocking)
    return {"trace": trace, "inputs": inputs_along(miter, stimulus, ports, clocking)}


def conclude(arguments: dict[str, Any]) -> Json:
    """Decide with ABC what `compare` left open, shorten a long `stimulus`, or look which of the
    `undefined` outputs can become defined."""
    miter = read_aiger(base64.urlsafe_b64decode(arguments["aiger"]))
    effort = Effort(**arguments["effort"])
    if names := arguments.get("undefined"):
        return {"undefined": undefined_within(miter, names, effort, arguments["abc"])}
    ports = tuple(Port(**port) for port in arguments["ports"])
    clocking = Clocking(**arguments["clocking"])
    question = Question.of(miter)
    stimulus: Stimulus = arguments.get("stimulus") or ()
    if stimulus:
        return _shown(miter, shorten(question, stimulus, effort, arguments["abc"]), ports, clocking)
    answer = decide(question, effort, arguments["abc"])
    shown = _shown(miter, answer.stimulus, ports, clocking) if answer.stimulus else {}
    return {"status": answer.status, "engine": answer.engine, "k": answer.k, **shown}


def top_from_json(value: dict[str, Any]) -> Top:
    """A top module as `asdict` gave it, without its hazards."""
    return Top(value["name"], tuple(Port(**port) for port in value["ports"]), value["odd"])


def _netlist(source: Source, top: Top, arguments: dict[str, Any]) -> Netlist:
    return read_netlist(
        source.plain,
        source.version,
        top.name,
        front_end=arguments["front_end"],
        most_memory_bits=arguments["memory_bits"],
    )


def _beyond(top: Top) -> str:
    """What about a top module's ports cannot be compared, or ''."""
    if top.odd:
        return top.odd
    for port in top.ports:
        if port.direction not in ("input", "output"):
            return f"{port.direction} port {port.name}"
        if not port.name.isidentifier():
            return "port name with special characters"
    if not any(port.direction == "output" for port in top.ports):
        return "no outputs, so there is nothing to compare"
    return ""


def _unsupported(what: str, findings: Sequence[Json] = ()) -> dict[str, Json]:
    return {"status": "unsupported", "what": what, "findings": list(findings)}
