"""yosys itself: whether it is here, and the one way in which a text is read with it.

A text that a front end cannot read ends the process (log_error calls exit), so it costs a whole child
of the box; the caller tries the next of FRONT_ENDS in a new child.
"""

from __future__ import annotations

import functools
import os
import re
from typing import Any

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
_LOG = "log"
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")


class Yosys:
    """Commands to one yosys design; its log goes to the child's output."""

    def __init__(self) -> None:
        self._library = _library()
        self.design = self._library.Design()

    def __call__(self, *commands: str) -> None:
        for command in commands:
            self.design.run_pass(command)

    def quietly(self, *commands: str) -> None:
        """As a call, but what they print is dropped, also the reason of one that ends the process: for
        what does not fail. Each line printed is a write, and wakes who reads it."""
        for command in commands:
            self.design.run_pass(f"tee -q {command}")

    def has(self, selection: str) -> bool:
        """Whether the design has anything of this kind, in yosys' words for selections."""
        return "\n0 objects" not in "\n" + self.log_of(f"select -count {selection}")

    def log_of(self, command: str) -> str:
        """What a command prints."""
        # what is printed to memory goes to the design that yosys has by itself; yosys_get_design() would
        # give it away, to be deleted with the reference
        own = self._library.Globals.yosys_design
        own.scratchpad_unset(_LOG)
        self.design.run_pass(f"tee -q -s {_LOG} {command}")
        said: str = own.scratchpad_get_string(_LOG)
        return said

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
        _write(SOURCE, text)
        self(command)
        os.remove(SOURCE)
        if front_end == "slang":
            self._lower(chains="always" in text or "`" in text)

    def _lower(self, *, chains: bool) -> None:
        """Make cells of the processes that slang's front end leaves, as it would do by itself; where there
        may be very many decisions in them (`chains`), of more and smaller ones."""
        if chains and decisions(self.design.to_rtlil_str()) > FEW_DECISIONS:
            self("write_rtlil processes.il")
            with open("processes.il", encoding="utf-8") as file:
                rtlil = file.read()
            _write("processes.il", apart(rtlil))
            self("design -reset", "read_rtlil processes.il")
            os.remove("processes.il")
        self.quietly(*_LOWERED)


@functools.cache
def _library() -> Any:
    from pyosys import libyosys  # 30 MB that only the box needs

    return libyosys


def _write(name: str, text: str) -> None:
    """A file of the child's own; by the system's calls, since what Python's own layers touch is copied."""
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        data = memoryview(text.encode("utf-8", "replace"))
        while data:
            data = data[os.write(file, data) :]
    finally:
        os.close(file)


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
    import importlib.metadata
    import importlib.util

    return importlib.metadata.version("pyosys") if importlib.util.find_spec("pyosys") else None


def abc_program() -> str | None:
    """The path of the ABC that yosys brings, or None."""
    return _of_yosys("yosys-abc", os.X_OK)


def _of_yosys(name: str, wanted: int) -> str | None:
    import importlib.util

    spec = importlib.util.find_spec("pyosys")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = os.path.join(place, name)
        if os.access(path, wanted):
            return path
    return None
