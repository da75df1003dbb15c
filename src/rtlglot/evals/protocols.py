"""Protocols: how a benchmark's authors ask, draw and count, so that a number can stand beside theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Protocol:
    """What is published of one."""

    name: str = ""
    prompt: str = ""
    """Our prompt of the published shape, in `prompts/` beside this file; '' for rtlglot's own."""
    samples: int = 1
    temperature: float | None = None
    top_p: float = 0.95
    simulator: str = ""
    """The version that its authors name."""
    passes: str = ""
    """A regular expression: what its harness looks for in what the simulation printed; '' for none."""
    top: str = "tb"
    """The testbench's module that its harness starts; '' lets the simulator find it."""

    @property
    def prompt_file(self) -> str:
        """Where that prompt lies."""
        return str(resources.files("rtlglot.evals").joinpath("prompts", self.prompt)) if self.prompt else ""

    def passed(self, output: str) -> bool:
        """Whether its harness would count a simulation that printed this."""
        return re.search(self.passes, output) is not None


PROTOCOLS = {
    "": Protocol(),
    "verilogeval-v1": Protocol(
        "verilogeval-v1", "completion.md", samples=20, temperature=0.8, simulator="Icarus Verilog 12.0",
        passes=r"Mismatches: 0 in \d+ samples",
    ),
    "verilogeval-v2": Protocol(
        "verilogeval-v2", "question.md", samples=20, temperature=0.85, simulator="Icarus Verilog 12.0",
        passes=r"Mismatches: 0 in \d+ samples",
    ),
    "rtllm": Protocol("rtllm", samples=5, simulator="VCS", passes=r"Pass|pass", top=""),
    "rtl-benchls": Protocol("rtl-benchls", temperature=0.0),
}  # fmt: skip
"""By the names of `--protocol`; '' is none. What a benchmark leaves open (RTLLM its temperature) is ours."""
