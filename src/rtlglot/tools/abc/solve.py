"""Deciding a question with ABC, Berkeley's verification system, which comes with pyosys.

Runs inside the Box with the permit to start that one program. Effort is limited by conflicts, frames
and rounds, and by CPU seconds, so that a loaded machine gives the same answers. A counterexample that
ABC claims is played on our own copy of the graph before it counts.
"""

from __future__ import annotations

import os
import re
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rtlglot.sandbox.limits import start
from rtlglot.tools.abc.aig import Aig, AigSimulation, read_aiger, write_aiger
from rtlglot.tools.abc.difference import WORD, Question, Stimulus, exhaustive
from rtlglot.tools.abc.match import matched
from rtlglot.tools.abc.one_step import one_step

NODE_CONFLICTS = 1000
"""SAT conflicts for one pair of nodes in the sequential sweep."""
STEP_CONFLICTS = 100_000
"""Likewise, in a proof by one step, whose nodes are many and mostly easy."""
ONE_STEP = "one step"
"""The name of that engine."""
_STEP_SHARE, _MERGING_SHARE = 0.6, 0.2
"""What of the CPU seconds it may use, where it may lead to a proof and where it may not."""
_SWEEP = f"&get; &fraig -y -W 16 -C {STEP_CONFLICTS}; &put"
_RANDOM_RUNS = "-F 400 -W 4 -R 4000"
"""Frames of a run, words of 32 runs each, rounds."""
MOST_REPLAY_WORK = 200_000_000
"""Ands times frames that a counterexample may take to be played on our graph: some 20 s."""
_FRAMES = re.compile(r"No output asserted in (\d+) frames?\.")


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to go."""

    frames: int
    """Of the bounded search."""
    conflicts: int
    """SAT conflicts for one frame of the bounded search."""
    cpu_s: float
    """CPU seconds of all engines together."""


@dataclass(frozen=True, slots=True)
class SolverAnswer:
    """What the engines say."""

    status: str
    """'equivalent', 'different', 'bounded' or 'timeout'."""
    engine: str = ""
    k: int | None = None
    """Frames in which there is no difference, where known."""
    stimulus: Stimulus = ()
    invariant: Mapping[str, int] = field(default_factory=dict)
    """Of a proof by one step: how much is assumed of the registers (see `one_step.Stepped`)."""


@dataclass(slots=True)
class Abc:
    """ABC processes, one for each engine, that share a budget."""

    program: str
    effort: Effort
    spent_s: float = 0.0
    cut: bool = False
    """Some engine was ended for lack of CPU seconds."""

    def __call__(self, commands: str, share: float) -> str:
        """What ABC prints; '' where it was cut short. `share` is of the CPU seconds that are left."""
        cpu_s = (self.effort.cpu_s - self.spent_s) * share
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with start([self.program, "-q", commands], cpu_s) as program:
            said, _ = program.communicate()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.spent_s += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if program.returncode < 0:
            self.cut = True
            return ""
        return said.decode("utf-8", "replace")


def decide(asked: Question, effort: Effort, program: str) -> SolverAnswer:
    """Equivalent, different with a stimulus, or how far no difference was found; the question may have its
    words besides (see `Question.with_parts`)."""
    abc = Abc(program, effort)
    question, invariant = _simplified(asked, abc)
    if question.literal == 0:
        return SolverAnswer("equivalent", ONE_STEP, invariant=invariant)
    Path("question.aig").write_bytes(write_aiger(question.aig))
    if asked.combinational:
        return _combinational(question, abc, "question.aig")
    abc(f"read_aiger question.aig; scorr -C {NODE_CONFLICTS}; write_aiger swept.aig", 0.3)
    graph = "question.aig"
    if os.path.exists("swept.aig"):
        graph = "swept.aig"
        swept = _swept(Path(graph).read_bytes())
        if swept.literal == 0:
            return SolverAnswer("equivalent", "scorr")
        if swept.combinational:
            found = _combinational(swept, abc, graph)
            if found.status != "different" or differs(asked, found.stimulus):
                return found
    return _sequential(asked, abc, graph)


def proved(asked: Question, effort: Effort, program: str) -> SolverAnswer:
    """Equivalent or unsupported; half of the effort, and no search for a difference, which would be none:
    the graph allows more than the designs do."""
    abc = Abc(program, effort)
    question, invariant = _simplified(asked, abc)
    if question.literal == 0:
        return SolverAnswer("equivalent", ONE_STEP, invariant=invariant)
    engine = _prover_of(question, abc)
    return SolverAnswer("equivalent" if engine else "unsupported", engine)


def _prover_of(question: Question, abc: Abc) -> str:
    Path("question.aig").write_bytes(write_aiger(question.aig))
    if question.combinational:
        return "iprove" if "Status = 1 " in abc("read_aiger question.aig; iprove; print_status", 0.5) else ""
    abc(f"read_aiger question.aig; scorr -C {NODE_CONFLICTS}; write_aiger swept.aig", 0.2)
    graph = "swept.aig" if os.path.exists("swept.aig") else "question.aig"
    if _swept(Path(graph).read_bytes()).literal == 0:
        return "scorr"
    return "pdr" if "Status = 1 " in abc(f"read_aiger {graph}; pdr; print_status", 0.4) else ""


def _simplified(asked: Question, abc: Abc) -> tuple[Question, Mapping[str, int]]:
    """The question alone, of the graph in which what a proof by one step shows to be equal is one, and how
    much that was."""
    if asked.combinational:
        return asked.alone(), {}
    started = time.process_time()

    def sweep(graph: Aig, *, hopeful: bool) -> Aig | None:
        most_s = (_STEP_SHARE if hopeful else _MERGING_SHARE) * abc.effort.cpu_s
        left = most_s - abc.spent_s - (time.process_time() - started)
        Path("step.aig").write_bytes(write_aiger(graph))
        Path("stepped.aig").unlink(missing_ok=True)
        if left > 0:
            share = left / (abc.effort.cpu_s - abc.spent_s)
            abc(
                f"read_aiger step.aig; {_SWEEP}; write_aiger stepped.aig",
                share,
            )
        written = os.path.exists("stepped.aig") and not abc.cut
        return read_aiger(Path("stepped.aig").read_bytes()) if written else None

    found = one_step(asked.aig, sweep)
    abc.spent_s += time.process_time() - started
    abc.cut = False  # the others have what is left
    if found is None:
        return Question(matched(asked.alone().aig)[0]), {}
    return Question(found.graph), found.counts()


def still_open(parts: Aig, effort: Effort, program: str) -> tuple[Aig, list[str]]:
    """What the sequential sweep leaves of a graph of ports and registers (see `by_port`), and which of the
    ports it does not bring to 0."""
    left = parts
    Path("parts.aig").write_bytes(write_aiger(parts))
    Abc(program, effort)(f"read_aiger parts.aig; scorr -C {NODE_CONFLICTS}; write_aiger left.aig", 0.3)
    if os.path.exists("left.aig"):
        swept = read_aiger(Path("left.aig").read_bytes())
        left = replace(swept, outputs=dict(zip(parts.outputs, swept.outputs.values(), strict=True)))
    names = [name for name, literal in left.outputs.items() if literal != 0 and not name.startswith(WORD)]
    return left, names


def shorten(question: Question, stimulus: Stimulus, effort: Effort, program: str) -> Stimulus:
    """A shortest stimulus that shows a difference, or the given one where none is found."""
    abc = Abc(program, effort)
    Path("question.aig").write_bytes(write_aiger(question.aig))
    frames = len(stimulus) - 1
    found = _bounded(question, abc, "question.aig", frames, 0.9)
    return found.stimulus if isinstance(found, SolverAnswer) else stimulus


def _swept(data: bytes) -> Question:
    graph = read_aiger(data)
    (literal,) = graph.outputs.values()
    return Question(type(graph)(graph.inputs, graph.nexts, graph.ands, {"differs": literal}))


def _combinational(question: Question, abc: Abc, graph: str) -> SolverAnswer:
    tried = exhaustive(question)
    if tried is True:
        return SolverAnswer("equivalent", "exhaustive simulation")
    if tried:
        return SolverAnswer("different", "exhaustive simulation", stimulus=tried)
    said = abc(f"read_aiger {graph}; iprove; print_status; write_cex -a comb.cex", 0.9)
    if "Status = 1 " in said:
        return SolverAnswer("equivalent", "iprove")
    stimulus = counterexample("comb.cex")
    if stimulus and differs(question, stimulus):
        return SolverAnswer("different", "iprove", stimulus=stimulus)
    # there are no steps here, and so no bound to report
    return SolverAnswer("timeout", "iprove")


def _sequential(question: Question, abc: Abc, graph: str) -> SolverAnswer:
    found = _bounded(question, abc, graph, abc.effort.frames, 0.4)
    if isinstance(found, SolverAnswer):
        return found
    said = abc(f"read_aiger {graph}; pdr; print_status; write_cex -a pdr.cex", 0.7)
    if "Status = 1 " in said:
        return SolverAnswer("equivalent", "pdr")
    stimulus = counterexample("pdr.cex")
    if stimulus and differs(question, stimulus):
        return SolverAnswer("different", "pdr", stimulus=stimulus)
    # long random runs, continued from rare states, reach what is too deep for the solvers
    abc(f"read_aiger {graph}; sim3 {_RANDOM_RUNS}; write_cex -a sim.cex", 1.0)
    stimulus = counterexample("sim.cex")
    if stimulus and differs(question, stimulus):
        return SolverAnswer("different", "sim3", stimulus=stimulus)
    complete = found >= abc.effort.frames
    return SolverAnswer("bounded" if complete or not abc.cut else "timeout", "bmc3", k=found)


def _bounded(question: Question, abc: Abc, graph: str, frames: int, share: float) -> SolverAnswer | int:
    """Different, or the number of frames in which there is no difference."""
    said = abc(
        f"read_aiger {graph}; bmc3 -F {frames} -C {abc.effort.conflicts}; print_status; write_cex -a bmc.cex",
        share,
    )
    stimulus = counterexample("bmc.cex")
    if stimulus and differs(question, stimulus):
        return SolverAnswer("different", "bmc3", stimulus=stimulus)
    safe = _FRAMES.search(said)
    return int(safe[1]) if safe else 0


def differs(question: Question, stimulus: Stimulus) -> bool:
    """Whether the last frame of a stimulus really shows a difference."""
    if len(stimulus) * len(question.aig.ands) > MOST_REPLAY_WORK:
        return False
    simulation = AigSimulation(question.aig, 1)
    for frame in stimulus:
        simulation.frame(frame)
    return bool(stimulus) and simulation.word(question.literal) == 1


def counterexample(name: str) -> Stimulus:
    """The inputs of each frame, from a file in AIGER's witness format, whose first line is the state."""
    if not os.path.exists(name):
        return ()
    lines = Path(name).read_text(encoding="ascii").splitlines()
    return [[int(bit) for bit in line] for line in lines[1:] if line and not line.startswith("#")]
