"""yosys itself: whether it is here, and the one way in which a text is read with it.

A text that a front end cannot read ends the process (log_error calls exit), so it costs a whole child
of the box; the caller tries the next of FRONT_ENDS in a new child.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
import re
from pathlib import Path

from rtlglot.tools.slang.options import (
    CONSTANT_BITS,
    CONSTANT_STEPS,
    DEPTH,
    GENERATE_STEPS,
    INSTANCE_DEPTH,
    TOOL_MACROS,
    VERSIONS,
)
from rtlglot.tools.yosys.processes import FEW_DECISIONS, apart, decisions

CIRCUITS = "circuits"
"""The name under which `warm_circuits` keeps what cells are made of."""
FRONT_ENDS = ("slang", "verilog")
"""In the order in which they are tried. slang reads more of SystemVerilog; yosys' own front end
reads a few designs that slang's refuses (blocking and nonblocking assignment to one variable)."""
SOURCE = "design.sv"
"""The name of the text in messages."""

_LIMITS = (
    f"--max-include-depth 0 --max-parse-depth {DEPTH} --max-hierarchy-depth {INSTANCE_DEPTH}"
    f" --max-generate-steps {GENERATE_STEPS} --max-constexpr-steps {CONSTANT_STEPS}"
    f" --max-constant-size {CONSTANT_BITS} --error-limit 20 --threads 1"
)
# a text means what it means to a simulator: nothing is hidden from one of the two, no macro of a tool
# chooses among its parts
_SAME = "--no-synthesis-define --no-default-translate-off-format --ignore-timing --ignore-assertions " + (
    " ".join(f"-U {name}" for name in TOOL_MACROS)
)
_TAKEN = (
    "--allow-use-before-declare --relax-enum-conversions --relax-string-conversions"
    " --allow-merging-ansi-ports --allow-dup-initial-drivers --unroll-limit 100000"
)
_LOWERED = (
    *("proc_clean", "proc_rmdead", "proc_prune", "proc_init", "proc_rom", "proc_mux", "proc_clean"),
    "opt_expr -keepdc",
)
"""What slang's front end does with processes that it need not leave (`--no-proc`)."""
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")


class Yosys:
    """Commands to one yosys design; its log goes to the child's output."""

    def __init__(self) -> None:
        from pyosys import libyosys  # 30 MB that only the box needs

        self._library = libyosys
        self.design = libyosys.Design()

    def __call__(self, *commands: str) -> None:
        for command in commands:
            self._library.run_pass(command, self.design)

    def has(self, selection: str) -> bool:
        """Whether the design has anything of this kind, in yosys' words for selections."""
        return "\n0 objects" not in "\n" + self.log_of(f"select -count {selection}")

    def log_of(self, command: str) -> str:
        """What a command prints."""
        self._library.run_pass(f"tee -q -o command.log {command}", self.design)
        return Path("command.log").read_text(encoding="utf-8", errors="replace")

    def read(
        self,
        text: str,
        standard: str,
        front_end: str,
        *,
        top: str | None = None,
        initial: bool = True,
        memories: bool = True,
    ) -> None:
        """Take in a text of the given standard (of rtlglot or of slang) with one of FRONT_ENDS.

        Without `initial` slang's leaves initial blocks out, without `memories` it makes registers of them.
        Raises ValueError for a top whose name cannot be part of a command.
        """
        if top is not None and not is_plain(top):
            raise ValueError("module name with special characters")
        version = VERSIONS.get(standard, standard)
        if front_end == "slang":
            named = f"--top {top} " if top else ""
            left_out = "" if initial else "--ignore-initial "
            registers = "" if memories else "--no-implicit-memories "
            asked = f"--std {version} {named}{left_out}{registers}{_LIMITS} {_SAME} {_TAKEN}"
            command = f"read_slang --no-proc {asked} {SOURCE}"
        else:
            language = "-sv " if version != "1364-2005" else ""
            command = f"read_verilog {language}-nosynthesis -noassert -noassume -noblackbox {SOURCE}"
            text = f"`undef YOSYS {text}"
        Path(SOURCE).write_text(text, encoding="utf-8", errors="replace")
        self(command)
        os.remove(SOURCE)
        if front_end == "slang":
            self._lower()

    def _lower(self) -> None:
        """Make cells of the processes that slang's front end leaves, as it would do by itself; where there
        are very many decisions in them, of more and smaller ones."""
        self("write_rtlil processes.il")
        rtlil = Path("processes.il").read_text(encoding="utf-8")
        if decisions(rtlil) > FEW_DECISIONS:
            Path("processes.il").write_text(apart(rtlil), encoding="utf-8")
            self("design -reset", "read_rtlil processes.il")
        os.remove("processes.il")
        self(*_LOWERED)


def is_plain(name: str) -> bool:
    """Whether a name can be part of a command."""
    return _PLAIN_NAME.fullmatch(name) is not None


def warm(*passes: str) -> None:
    """Load yosys, and touch passes, before the first fork: children then find them in memory."""
    Yosys()(*passes)


def warm_circuits() -> None:
    """Read yosys' own library of circuits before the first fork, which takes longer than to map a design."""
    file = _of_yosys("share/techmap.v", os.R_OK)
    warm(f"read_verilog -nooverwrite -noblackbox -icells {file}", f"design -save {CIRCUITS}")


@functools.cache
def version() -> str | None:
    """Of the installed yosys, without importing it; None where there is none."""
    return importlib.metadata.version("pyosys") if importlib.util.find_spec("pyosys") else None


def abc_program() -> str | None:
    """The path of the ABC that yosys brings, or None."""
    return _of_yosys("yosys-abc", os.X_OK)


def _of_yosys(name: str, wanted: int) -> str | None:
    spec = importlib.util.find_spec("pyosys")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = os.path.join(place, name)
        if os.access(path, wanted):
            return path
    return None
