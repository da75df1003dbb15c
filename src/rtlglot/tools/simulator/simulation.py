"""What every simulator is asked and what it answers, and how one program is started inside the box."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from rtlglot.sandbox.job import Permit
from rtlglot.sandbox.limits import start

MOST_OUTPUT = 1 << 20
"""Bytes of a program's output that are kept: the end of it."""
_PATIENCE = 20.0
MORE_S = 0.5
"""CPU seconds on top of any multiple of the right design's, which may be few milliseconds."""


def patience_s(right_s: float, limit_s: float, longer: float = 1.0) -> float:
    """CPU seconds that a candidate's simulation may take where the right design's takes `right_s`, and its
    text is so many times `longer`: gates take more than what they were made of. What loops is not waited
    for up to the limit."""
    return min(limit_s, MORE_S + _PATIENCE * right_s * max(1.0, longer))


@dataclass(frozen=True, slots=True)
class Simulation:
    """Texts to compile together, each in a file of its own, and the module to run."""

    texts: Sequence[str]
    top: str
    cpu_s: float
    """CPU seconds that each program, the compiler and the simulation, may use."""
    language: Literal["2005", "2012"] = "2012"
    """IEEE 1364-2005 or IEEE 1800-2012."""
    timescale: str | None = None
    """That of texts which name none, e.g. '1ns/1ps'."""
    only_build: bool = False
    """Elaborate and do not run."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What came of a simulation."""

    ended: Literal["ok", "compile", "timeout", "crash"]
    """'compile': the compiler refused the texts."""
    output: str
    """What the simulation printed; of one that was not run, what the compiler said."""
    cpu_s: float = 0.0


class Simulator(Protocol):
    """One installation."""

    @property
    def version(self) -> str:
        """Name and version."""

    def permit(self) -> Permit:
        """What a run may start."""

    def to_json(self) -> Mapping[str, str]:
        """For a tool's arguments; `installed.from_json` reads it."""

    def simulate(self, simulation: Simulation) -> Transcript:
        """Compile and run. Inside the box only; writes to the current folder."""


def write_texts(texts: Sequence[str]) -> list[str]:
    """A file for each text, named part0.sv, part1.sv … in their order."""
    names = [f"part{number}.sv" for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        Path(name).write_text(text, encoding="utf-8", errors="replace")
    return names


def write_data(files: Mapping[str, str]) -> None:
    """Data that a testbench reads, under names without a folder; before the texts, which take precedence."""
    for name, text in files.items():
        if plain := Path(name).name:
            Path(plain).write_text(text, encoding="utf-8", errors="replace")


@dataclass(slots=True)
class Launcher:
    """Starts the programs of one simulation, one after the other, under its limits."""

    simulation: Simulation
    cpu_s: float = 0.0
    """Used up to now."""

    def launch(self, command: Sequence[str]) -> tuple[int | None, str]:
        """Exit code (None: out of CPU time) and the end of what was printed."""
        used = _used_s()
        with open("output.txt", "w+b") as output:
            with start(command, self.simulation.cpu_s, output) as program:
                code = program.wait()
            used = _used_s() - used
            self.cpu_s += used
            output.seek(max(0, output.seek(0, os.SEEK_END) - MOST_OUTPUT))
            said = output.read().decode("utf-8", "replace")
        # a shell or a driver in between tells by its exit code that its program was ended
        late = code in (-signal.SIGXCPU, 128 + signal.SIGXCPU)
        late |= code != 0 and used >= self.simulation.cpu_s
        return None if late else code, said

    def transcript(self, ended: Literal["ok", "compile", "timeout", "crash"], output: str) -> Transcript:
        """With the CPU time of all that was started."""
        return Transcript(ended, output, self.cpu_s)


def _used_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
