"""Designs as delivered, played in simulators side by side: the truth that benchmarks compare with.

Nothing of rtlglot's own proof or bench is used here: each design is compiled alone, from its own text,
beneath a bench that knows ports and inputs only. Icarus Verilog tells 0, 1, x and z apart; Verilator,
which has another front end, knows 0 and 1. Where the reference says x, anything is right.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import random
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlglot.tools.slang.interfaces import interface
from rtlglot.verilog.interface import Port
from rtlglot.verilog.tokens import code_tokens

SIMULATORS = tuple(
    name for name in ("icarus", "verilator") if shutil.which(name.replace("icarus", "iverilog"))
)
RUN_CPU_S = 20
"""CPU seconds of one simulation; what takes longer hangs."""
Step = Mapping[str, int]
"""The value of each input; clocks that are 1 get a pulse. 'repeat' is how often, once where missing."""
_RESET = re.compile(r"rst|reset|clr|clear|nrst|aresetn", re.IGNORECASE)


@dataclass(frozen=True)
class Face:
    """What a bench has to know of a design."""

    top: str
    ports: tuple[Port, ...]
    clocks: tuple[str, ...]
    """Inputs with edges that are no resets."""
    resets: tuple[tuple[str, int], ...]
    """Inputs that look like resets, and the value that resets."""

    @property
    def inputs(self) -> list[Port]:
        """All inputs but the clocks."""
        return [p for p in self.ports if p.direction == "input" and p.name not in self.clocks]

    @property
    def outputs(self) -> list[Port]:
        """What is compared."""
        return [p for p in self.ports if p.direction == "output"]


def face_of(text: str, top: str = "") -> Face | None:
    """The face of a design's top (the last one where none is named); None where it cannot be played."""
    found = interface({"text": text, "standard": "sv2017", "top": top or None})["top"]
    ports = tuple(Port(**port) for port in found["ports"]) if found else ()
    if not ports or any(p.direction not in ("input", "output") or not p.width for p in ports):
        return None
    words = [token.text for token in code_tokens(text)]
    edges = {b: a for a, b in itertools.pairwise(words) if a in ("posedge", "negedge")}
    inputs = [p.name for p in ports if p.direction == "input" and p.width == 1]
    looks = {name for name in inputs if _RESET.search(name) and "clk" not in name.lower()}
    clocks = tuple(name for name in inputs if name in edges and name not in looks)
    low = {name for name in looks if edges.get(name) == "negedge" or re.search(r"n$|^n|_b$", name)}
    return Face(found["module"], ports, clocks, tuple((n, int(n not in low)) for n in sorted(looks)))


def stimuli(face: Face, count: int, *, seed: int = 1, directed: Sequence[Step] = ()) -> list[Step]:
    """Resets first, then random inputs with corner values, rare resets and clocks that stop now and
    then; the `directed` steps, completed at random, come before and after the random ones."""
    generator = random.Random(seed)
    resets = dict(face.resets)

    def step(number: int, given: Step) -> Step:
        made = {p.name: _value(generator, p) for p in face.inputs}
        for name, value in resets.items():
            made[name] = value if 2 <= number < 5 or generator.random() < 0.04 else 1 - value
        for name in face.clocks:
            made[name] = int(generator.random() < (0.97 if len(face.clocks) == 1 else 0.6))
        if given:
            made |= {name: 1 - value for name, value in resets.items()} | dict.fromkeys(face.clocks, 1)
        return made | dict(given)

    start = [step(n, {}) for n in range(8)]
    middle = [step(n + 8, {}) for n in range(count)]
    aimed = [step(100, one) for one in directed]
    return [*start, *aimed, *middle, *aimed]


def _value(generator: random.Random, port: Port) -> int:
    full = (1 << (port.width or 1)) - 1
    corner = generator.choice((0, full, 1, full >> 1, generator.getrandbits(port.width or 1) & 15))
    return (generator.getrandbits(port.width or 1) if generator.random() < 0.7 else corner) & full


def first_difference(reference: Sequence[str], candidate: Sequence[str]) -> int | None:
    """The first sample at which a bit that the reference defines is another one in the candidate."""
    for number, line in enumerate(reference):
        other = candidate[number] if number < len(candidate) else ""
        if any(a != "x" and a != b for a, b in zip(line, other.ljust(len(line)), strict=False)):
            return number
    return None


def play(text: str, face: Face, steps: Sequence[Step], simulator: str) -> list[str] | None:
    """The outputs at every sample; shorter where the design ended the simulation or hung; None where
    the simulator cannot compile it."""
    nonce = f"n{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bench.sv").write_text(_bench(face, len(steps), nonce))
        Path(folder, "design.sv").write_text(text)
        Path(folder, "stimulus.txt").write_text("\n".join(_line(face, step) for step in steps) + "\n")
        run = {"icarus": _icarus, "verilator": _verilator}[simulator](folder, nonce)
        if run is None:
            return None
        said = _ran(run, folder).splitlines()
    return [line.removeprefix(nonce + " ") for line in said if line.startswith(nonce + " ")]


def _line(face: Face, step: Step) -> str:
    bits = [f"{step.get(p.name, 0):0{p.width}b}" for p in face.inputs]
    return "_".join([f"{step.get('repeat', 1):024b}", *(str(step.get(c, 0)) for c in face.clocks), *bits])


def _bench(face: Face, steps: int, nonce: str) -> str:
    width = 24 + len(face.clocks) + sum(p.width or 1 for p in face.inputs)
    name = {p.name: p.name if p.name.isidentifier() else f"\\{p.name} " for p in face.ports}
    zero = {p.name: " = 0" if p.name in face.clocks else "" for p in face.ports}
    declared = [
        f"  {'reg' if p.direction == 'input' else 'wire'} [{(p.width or 1) - 1}:0] i_{n}{zero[p.name]};"
        for n, p in enumerate(face.ports)
    ]
    number = {p.name: f"i_{n}" for n, p in enumerate(face.ports)}
    shown = f'$display("{nonce} %b", {{{", ".join(number[p.name] for p in face.outputs)}}});'
    given = ", ".join(number[p.name] for p in face.inputs)
    up = [f"if (go[{n}]) {number[c]} = 1;" for n, c in enumerate(reversed(face.clocks))]
    lines = [
        f"`timescale 1ns/1ps\nmodule bench_{nonce};",
        *declared,
        f"  reg [{width - 1}:0] stimulus [0:{steps - 1}];\n  reg [{width - 1}:0] now;",
        f"  reg [{max(0, len(face.clocks) - 1)}:0] go;\n  integer n, m;\n  reg [23:0] often;",
        f"  {face.top} dut({', '.join(f'.{name[p.name]}({number[p.name]})' for p in face.ports)});",
        '  initial begin\n    $readmemb("stimulus.txt", stimulus);\n    #10;',
        f"    for (n = 0; n < {steps}; n = n + 1) begin",
        f"      now = stimulus[n]; often = now[{width - 1} -: 24];",
        f"      go = now >> {width - 24 - len(face.clocks)};" if face.clocks else "      go = 0;",
        f"      {{{given}}} = now;" if given else "",
        f"      #10 {shown}",
        "      for (m = 0; m < often; m = m + 1) begin",
        f"        {' '.join(up)}",
        f"        #10 if (m == 0 || m == often - 1) {shown}",
        *(f"        {number[c]} = 0;" for c in face.clocks),
        "        #10 ;\n      end",
        f"      {shown}\n    end\n    $finish;\n  end\nendmodule\n",
    ]
    return "\n".join(lines)


def _icarus(folder: str, nonce: str) -> list[str] | None:
    command = ["iverilog", "-g2012", "-s", f"bench_{nonce}", "-o", "x.vvp", "bench.sv", "design.sv"]
    return ["vvp", "-n", "x.vvp", "-none"] if _built(command, folder, "x.vvp") else None


def _verilator(folder: str, nonce: str) -> list[str] | None:
    command = ["verilator", "--cc", "--main", "--exe", "--timing", "-Wno-fatal", "-Wno-lint", "-Wno-style"]
    command += ["--x-initial", "0", "--x-assign", "0", "--output-split", "0", "--top-module"]
    command += [f"bench_{nonce}", "--Mdir", "obj", "--prefix", "Vx", "bench.sv", "design.sv"]
    if not _built(command, folder, "obj/Vx.h"):
        return None
    parts = sorted(path.name for path in Path(folder, "obj").glob("*.cpp"))
    Path(folder, "obj", "all.cc").write_text("".join(f'#include "{name}"\n' for name in parts))
    runtime, flags = _runtime()
    compiled = ["g++", *flags, "-Iobj", "-include", f"{runtime}/first.h", "obj/all.cc"]
    return ["./x"] if _built([*compiled, f"{runtime}/runtime.a", "-o", "x"], folder, "x") else None


@functools.cache
def _runtime() -> tuple[str, list[str]]:
    """Verilator's own C++, compiled once for all designs, and the compiler's flags."""
    said = subprocess.run(
        ["verilator", "--getenv", "VERILATOR_ROOT"], capture_output=True, text=True, check=True
    )
    root = f"{said.stdout.strip()}/include"
    folder = tempfile.mkdtemp(prefix="played-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    flags = ["-std=c++20", "-fcoroutines", "-O0", "-pthread", "-w", f"-I{root}", f"-I{root}/vltstd"]
    flags += ["-DVM_TRACE=0", "-DVM_COVERAGE=0", "-DVL_THREADED"]
    Path(folder, "first.h").write_text('#include "verilated.h"\n#include "verilated_timing.h"\n')
    jobs = [["-x", "c++-header", "first.h", "-o", "first.h.gch"]]
    names = ("verilated", "verilated_timing", "verilated_threads")
    jobs += [["-c", f"{root}/{name}.cpp", "-o", f"{name}.o"] for name in names]
    for job in jobs:
        subprocess.run(["g++", *flags, *job], cwd=folder, check=True)
    subprocess.run(["ar", "rc", "runtime.a", *(f"{name}.o" for name in names)], cwd=folder, check=True)
    return folder, flags


def _built(command: Sequence[str], folder: str, made: str) -> bool:
    subprocess.run(command, cwd=folder, capture_output=True, check=False, preexec_fn=_modest)
    return os.path.exists(os.path.join(folder, made))


def _ran(command: Sequence[str], folder: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, preexec_fn=_modest)
    return done.stdout.decode("utf-8", "replace")


def _modest() -> None:
    import resource

    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (RUN_CPU_S, RUN_CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
