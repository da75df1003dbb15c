"""A design as another front end understands it, written out as plain Verilog. Runs inside the Box."""

from __future__ import annotations

from pathlib import Path

from rtlglot.records import Json
from rtlglot.tools.yosys import reader
from rtlglot.tools.yosys.reader import FRONT_ENDS, Yosys


def warm() -> None:
    """Load yosys before the first fork."""
    reader.warm()


def rewrite(arguments: Json) -> Json:
    """Read `text` of the `standard` from its `top` down, flat, and give {"verilog": …}, in which the
    top is called `name`; yosys ends the process for what it cannot read."""
    yosys, top = Yosys(), arguments["top"]
    yosys.read(arguments["text"], arguments["standard"], FRONT_ENDS[0], top=top)
    yosys(f"hierarchy -check -top {top}", "proc", "flatten", "chformal -remove", "opt_clean")
    yosys(f"rename {top} {arguments['name']}", "write_verilog -noattr rewritten.v")
    return {"verilog": Path("rewritten.v").read_text(encoding="utf-8")}
