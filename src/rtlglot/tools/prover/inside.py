"""What the Box is asked to do for a proof: read a design, compare two, decide what is left.

Each function takes and gives JSON values and runs in a child of its own; outside they are the types in
`answers`. What yosys cannot read ends the child.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rtlglot.records import Json
from rtlglot.tools.abc.aig import Aig, read_aiger, reduced, write_aiger
from rtlglot.tools.abc.difference import (
    Question,
    Stimulus,
    always_undefined,
    by_port,
    exhaustive,
    never_defined,
    randomly,
)
from rtlglot.tools.abc.match import matched
from rtlglot.tools.abc.points import Register, matched_points, open_registers
from rtlglot.tools.abc.solve import Effort, decide, proved, shorten, still_open
from rtlglot.tools.abc.vacuity import undefined_within
from rtlglot.tools.prover.answers import Found, Reading, Unread, unsupported
from rtlglot.tools.prover.shared import given_along, seen_along
from rtlglot.tools.prover.trace import expected_along, inputs_along, trace_of
from rtlglot.tools.slang.hazards import hazards_of
from rtlglot.tools.slang.loads import file_loads
from rtlglot.tools.slang.plain import latches_allowed
from rtlglot.tools.slang.source import Source, read_source
from rtlglot.tools.slang.tops import Top, choose_top
from rtlglot.tools.slang.wording import INCLUDE
from rtlglot.tools.yosys import reader
from rtlglot.tools.yosys.arithmetic import ROWS
from rtlglot.tools.yosys.miter import Frame, X, build, build_cut, build_open, listed, short_names
from rtlglot.tools.yosys.netlist import Netlist, Unsupported, Wanted, read_netlist
from rtlglot.verilog.interface import Port, port_differences
from rtlglot.verilog.system_tasks import DUMPING, LOADING, SPEAKING, muted


def warm() -> None:
    """Load yosys before the first fork."""
    reader.warm_circuits()


def read(arguments: dict[str, Any]) -> Json:
    """The netlist and the interface of `text`, whose top is chosen beside the ports of `wanted`:
    {"reading": …} or {"unread": …}, where without `front_end` the reading has no netlist."""
    found = _read(arguments)
    return {"unread": asdict(found)} if isinstance(found, Unread) else {"reading": found.to_json()}


def _read(arguments: dict[str, Any]) -> Reading | Unread:
    source = read_source(arguments["text"], arguments["standard"], hazards_of, top=arguments.get("top"))
    if source.problems:
        first = min(source.problems, key=lambda problem: problem["code"] != INCLUDE)
        return unsupported(f"it does not compile: {first['message']}", source.problems)
    wanted = arguments.get("wanted")
    top = choose_top(source.tops, _top(wanted) if wanted else None)
    if isinstance(top, str):
        return unsupported(top)
    if wanted and (findings := port_differences(_top(wanted).ports, top.ports)):
        return Unread("ports-differ", findings=tuple(findings))
    netlist = None
    if front_end := arguments.get("front_end"):
        if trouble := _beyond(top):
            return unsupported(trouble)
        try:
            netlist = _netlist(source, top.name, front_end, arguments["memory_bits"], candidate=bool(wanted))
        except Unsupported as error:
            return unsupported(str(error))
    return _reading(source, top, netlist, arguments["text"])


def _netlist(source: Source, top: str, front_end: str, most_bits: int, *, candidate: bool) -> Netlist:
    """What a candidate does by telling x from 0 and 1, which no hardware can, counts as x; only as a copy
    of the reference may it do so."""
    loads = file_loads(source.plain, source.version, top)
    silent = SPEAKING | DUMPING | (LOADING if loads else set())
    text = muted(latches_allowed(source.plain, source.version), silent)
    wanted = Wanted(text, source.version, top, loads or {})
    read = functools.partial(read_netlist, wanted, front_end=front_end, most_memory_bits=most_bits)
    found = read()
    if candidate and ("===" in text or "!==" in text):
        return replace(read(sees_x=False), digest=found.digest)
    return found


def _reading(source: Source, top: Top, netlist: Any, text: str) -> Reading:
    more = (source.macros, source.alternatives, source.unknown)
    return Reading(top, netlist, text, source.plain, source.version, *more)


def compare(arguments: dict[str, Any]) -> Json:
    """Hold the gates of two readings against each other, their `products` made so (see `arithmetic`), and
    answer what needs no solver: a Found, 'open' where `conclude` has to decide."""
    gold, gate, ports, clocking = _sides(arguments)
    products = arguments.get("products", ROWS)
    miter = build(gold, gate, ports, clocking, arguments["semantics"], products=products)
    aiger = base64.urlsafe_b64encode(Path("miter.aig").read_bytes()).decode()
    question, found = _by_structure(miter, listed(gold, gate))
    found = found.but(aiger=aiger)
    if question.literal != 0:
        tried = exhaustive(question)
        stimulus: Stimulus | None = None
        if tried is True:
            found = found.but(engine="exhaustive simulation")
        elif stimulus := tried or randomly(question):
            engine = "exhaustive simulation" if tried else "random simulation"
            told = tuple(tuple(frame) for frame in stimulus)
            found = found.but(status="different", engine=engine, stimulus=told)
        else:
            found = found.but(status="open", engine="")
        if stimulus:
            return found.to_json() | _shown(miter, stimulus, ports, clocking)
    return found.to_json()


def compare_cut(arguments: dict[str, Any]) -> Json:
    """What can be said with memories and black boxes cut out: a Found, 'equivalent', 'open' where
    `seek_proof` may find a proof, else 'unsupported'."""
    gold, gate, ports, clocking = _sides(arguments)
    miter = build_cut(gold, gate, ports, clocking, arguments["semantics"])
    return Found("unsupported").to_json() if miter is None else _proof_of(miter, listed(gold, gate))


def compare_apart(arguments: dict[str, Any]) -> Json:
    """Likewise with nothing cut out, of designs whose three-state parts are logic in the netlist."""
    gold, gate, ports, clocking = _sides(arguments)
    miter = build(gold, gate, ports, clocking, arguments["semantics"])
    return _proof_of(miter, listed(gold, gate))


def _proof_of(miter: Aig, registers: Sequence[Register]) -> Json:
    """What can be said of a miter in which a difference need be none of the designs."""
    question, found = _by_structure(miter, registers)
    if question.literal == 0:
        return found.to_json()
    tried = exhaustive(question)
    if tried is True:
        return found.but(engine="exhaustive simulation").to_json()
    if tried or randomly(question):
        return Found("unsupported").to_json()
    aiger = base64.urlsafe_b64encode(write_aiger(miter, named=True)).decode()
    return found.but(status="open", engine="", aiger=aiger).to_json()


def seek_proof(arguments: dict[str, Any]) -> Json:
    """Look with ABC for a proof of what a comparison left open, and for no difference."""
    question = Question.with_parts(read_aiger(base64.urlsafe_b64decode(arguments["aiger"])))
    answer = proved(question, Effort(**arguments["effort"]), arguments["abc"])
    return {"status": answer.status, "engine": answer.engine, "invariant": answer.invariant}


def _by_structure(miter: Aig, registers: Sequence[Register]) -> tuple[Question, Found]:
    """The question with equal registers made one, and what is found where nothing of it is left."""
    aig, merged = matched(Question.with_words(miter).aig)
    points = matched_points(aig, registers) if aig.nexts else None
    told = tuple((register.side, register.name, register.low) for register in registers)
    found = Found("equivalent", engine="structure", matched=merged, points=points, registers=told)
    return Question(aig).alone(), found


def _sides(arguments: dict[str, Any]) -> tuple[Netlist, Netlist, tuple[Port, ...], Frame]:
    gold, gate = (Reading.from_json(arguments[side]) for side in ("reference", "candidate"))
    assert gold.netlist is not None
    assert gate.netlist is not None
    return gold.netlist, gate.netlist, gold.ports, Frame(**arguments["clocking"])


def _shown(miter: Aig, stimulus: Stimulus, ports: Sequence[Port], clocking: Frame) -> dict[str, Json]:
    """A difference for people (`trace`) and for a simulator (`steps`)."""
    trace = trace_of(miter, stimulus, ports, clocking)
    return {"trace": trace, "steps": inputs_along(miter, stimulus, ports, clocking)}


def conclude(arguments: dict[str, Any]) -> Json:
    """Decide with ABC what `compare` left open, or shorten a long `stimulus`."""
    miter = read_aiger(base64.urlsafe_b64decode(arguments["aiger"]))
    effort = Effort(**arguments["effort"])
    ports = tuple(Port(**port) for port in arguments["ports"])
    clocking = Frame(**arguments["clocking"])
    stimulus: Stimulus = arguments.get("stimulus") or ()
    if stimulus:
        question = Question(matched(Question.of(miter).aig)[0])
        return _shown(miter, shorten(question, stimulus, effort, arguments["abc"]), ports, clocking)
    answer = decide(Question.with_parts(miter), effort, arguments["abc"])
    shown = _shown(miter, answer.stimulus, ports, clocking) if answer.stimulus else {}
    if answer.status in ("bounded", "timeout"):
        shown = {"open": _open(miter, ports, effort, arguments)}
    told = {"status": answer.status, "engine": answer.engine, "k": answer.k, "invariant": answer.invariant}
    return {**told, **shown}


def _open(miter: Aig, ports: Sequence[Port], effort: Effort, arguments: dict[str, Any]) -> dict[str, Json]:
    """What a proof did not come to: outputs, how many registers they depend on, and names of these."""
    left, names = still_open(by_port(miter), effort, arguments["abc"])
    short = short_names(tuple(ports))
    outputs = [port.name for port in ports if f"gold_{short[port.name]}_d" in names]
    registers = tuple(Register(*told) for told in arguments["registers"])
    count = len(reduced(replace(left, outputs={name: left.outputs[name] for name in names})).nexts)
    return {"outputs": outputs, "registers": count, "names": open_registers(left, registers, names)}


def vacuous(arguments: dict[str, Any]) -> Json:
    """{"names": those in the miter of the reference's outputs that nothing ever defines, "aiger": the
    miter, where `expected` can use it: registers start with x, and nothing was cut out}."""
    gold, gate, ports, clocking = _sides(arguments)
    make = build_cut if gold.beyond else build
    miter = make(gold, gate, ports, clocking, arguments["semantics"])
    if miter is None:
        return {"names": [], "aiger": ""}
    whole = Path("miter.aig").read_bytes()
    names = [name for name in never_defined(miter) if name.startswith("gold_o")]
    if names:
        names = undefined_within(miter, names, Effort(**arguments["effort"]), arguments["abc"])
    if arguments["semantics"] != X and (from_x := make(gold, gate, ports, clocking, X)):
        # from zeros a constant x is 0 as well
        names = sorted({*names, *(name for name in always_undefined(from_x) if name.startswith("gold_o"))})
    usable = arguments["semantics"] == X and not gold.beyond
    return {"names": names, "aiger": base64.urlsafe_b64encode(whole).decode() if usable else ""}


def expected(arguments: dict[str, Any]) -> Json:
    """What the reference's netlist answers along `steps` (see `expected_along`); None where it has none.
    `aiger` is its miter with itself, where that was built before."""
    design = Reading.from_json(arguments["reference"])
    told = _told_along(arguments, given_along(design, arguments["steps"]))
    return None if told is None else seen_along(design, arguments["steps"], told)


def _told_along(arguments: dict[str, Any], steps: Sequence[dict[str, Any]]) -> Any:
    gold, gate, ports, clocking = _sides(arguments)
    if not gold.beyond:
        if aiger := arguments["aiger"]:
            miter = read_aiger(base64.urlsafe_b64decode(aiger))
        else:
            miter = build(gold, gate, ports, clocking, arguments["semantics"])
        return expected_along(miter, steps, ports, clocking)
    opened = build_open(gold, gate, ports, clocking, arguments["semantics"])
    return expected_along(opened[0], steps, ports, clocking, opened[1]) if opened else None


def _top(value: dict[str, Any]) -> Top:
    """A top module as `asdict` gave it, without its hazards."""
    return Top(value["name"], tuple(Port(**port) for port in value["ports"]), value["odd"])


def _beyond(top: Top) -> str:
    """What about a top module's ports cannot be compared, or ''."""
    if top.odd:
        return top.odd
    for port in top.ports:
        if not port.name.isidentifier():
            return "port name with special characters"
    if all(port.direction == "input" for port in top.ports):
        return "no outputs, so there is nothing to compare"
    return ""
