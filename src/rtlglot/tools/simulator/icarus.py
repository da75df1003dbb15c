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
from dataclasses import dataclass
from pathlib import Path

from rtlglot.records import Json
from rtlglot.sandbox.job import Permit
from rtlglot.tools.simulator.launch import launch


@dataclass(frozen=True, slots=True)
class Icarus:
    """One installation."""

    iverilog: str
    vvp: str
    library: str
    """The folder with ivl, ivlpp and the code generators."""
    version: str

    def permit(self) -> Permit:
        """What a run may start."""
        shell = os.path.realpath("/bin/sh")
        execute = (self.iverilog, self.vvp, self.library, shell)
        return Permit(execute=execute)

    def to_json(self) -> dict[str, str]:
        """For a tool's arguments."""
        return {"kind": "icarus", "iverilog": self.iverilog, "vvp": self.vvp}


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


def simulate(
    programs: Mapping[str, str], texts: Sequence[str], *, top: str, cpu_s: float, language: str = "2012"
) -> dict[str, Json]:
    """Compile texts together, in their order, and run the module `top`. Inside the box only.

    `language` is Icarus' name of a standard: '2005' or '2012'.

    Compiler and run may use `cpu_s` each.

    {"ended": "ok" | "compile" | "timeout" | "crash", "output": what vvp printed or, where it did not
    come to that, what the compiler said}.
    """
    names = []
    for number, text in enumerate(texts):
        names.append(f"part{number}.sv")
        Path(names[-1]).write_text(text, encoding="utf-8", errors="replace")
    # what is a keyword only since 2005 is a name before (Icarus has some of them as types of its own)
    words = ["-g2005", "-gno-xtypes"] if language == "2005" else [f"-g{language}"]
    command = [programs["iverilog"], *words, "-s", top, "-o", "design.vvp", *names]
    code, said = launch(command, cpu_s)
    if code != 0:
        return {"ended": "timeout" if code is None else "compile", "output": said}
    # -n: $stop ends the run instead of waiting for a person; -none: no wave file is written
    code, said = launch([programs["vvp"], "-n", "design.vvp", "-none"], cpu_s)
    return {"ended": {None: "timeout", 0: "ok", 1: "ok"}.get(code, "crash"), "output": said}
