"""Icarus Verilog: where it is, what it may touch, and one compilation and run inside the box.

The driver `iverilog` starts its preprocessor and compiler by a shell, and `vvp` runs what they make;
the permit names these programs and nothing else. Everything is written to the run's own folder.
"""

from __future__ import annotations

import functools
import glob
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rtlglot.sandbox.job import Permit
from rtlglot.tools.simulator.simulation import Launcher, Simulation, Transcript, write_texts


@dataclass(frozen=True, slots=True)
class Icarus:
    """One installation."""

    iverilog: str
    vvp: str
    library: str
    """The folder with ivl, ivlpp and the code generators."""
    version: str

    def permit(self) -> Permit:
        """See Simulator."""
        shell = os.path.realpath("/bin/sh")
        execute = (self.iverilog, self.vvp, self.library, shell)
        return Permit(execute=execute)

    def to_json(self) -> dict[str, str]:
        """See Simulator."""
        return {"kind": "icarus", **asdict(self)}

    def simulate(self, simulation: Simulation) -> Transcript:
        """See Simulator."""
        launcher = Launcher(simulation)
        # -u: each text is a compilation unit of its own, so no directive of one reaches another
        command = [self.iverilog, f"-g{simulation.language}", "-u", "-s", simulation.top]
        # what is a keyword only since 2005 is a name before (Icarus has some of them as types of its own)
        command += ["-gno-xtypes"] if simulation.language == "2005" else []
        command += ["-t", "null"] if simulation.only_build else ["-o", "design.vvp"]
        if simulation.timescale:
            Path("options.txt").write_text(f"+timescale+{simulation.timescale}\n", encoding="ascii")
            command += ["-c", "options.txt"]
        code, said = launcher.launch([*command, *write_texts(simulation.texts)])
        if code != 0 or simulation.only_build:
            ended = {None: "timeout", 0: "ok"}.get(code, "compile")
            return launcher.transcript(ended, said)  # type: ignore[arg-type]
        # -n: $stop ends the run instead of waiting for a person; -none: no wave file is written
        code, said = launcher.launch([self.vvp, "-n", "design.vvp", "-none"])
        return launcher.transcript({None: "timeout", 0: "ok", 1: "ok"}.get(code, "crash"), said)  # type: ignore[arg-type]


@functools.cache
def installed() -> Icarus | None:
    """The Icarus Verilog on this host's PATH, or None."""
    iverilog, vvp = shutil.which("iverilog"), shutil.which("vvp")
    if not iverilog or not vvp:
        return None
    prefix = os.path.dirname(os.path.dirname(os.path.realpath(iverilog)))
    folders = [*glob.glob(f"{prefix}/lib/*/ivl"), f"{prefix}/lib/ivl", f"{prefix}/lib64/ivl"]
    library = next((folder for folder in folders if os.access(f"{folder}/ivl", os.X_OK)), None)
    if library is None:
        return None
    said = subprocess.run([vvp, "-V"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    number = re.search(r"version (\S+)", said.stdout + said.stderr)
    return Icarus(iverilog, vvp, library, f"Icarus Verilog {number[1] if number else '?'}")


def simulate_together(
    programs: Mapping[str, str], texts: Sequence[str], *, top: str, cpu_s: float
) -> dict[str, Any]:
    """As people call it: all texts one after the other in one compilation, directives and all; `top` ''
    leaves it to the compiler. {"ended", "output"} of a Transcript."""
    launcher = Launcher(Simulation(texts, top, cpu_s=cpu_s))
    command = [programs["iverilog"], "-g2012", *(["-s", top] if top else []), "-o", "design.vvp"]
    code, said = launcher.launch([*command, *write_texts(texts)])
    if code != 0:
        return {"ended": "timeout" if code is None else "compile", "output": said}
    code, said = launcher.launch([programs["vvp"], "-n", "design.vvp", "-none"])
    return {"ended": {None: "timeout", 0: "ok", 1: "ok"}.get(code, "crash"), "output": said}
