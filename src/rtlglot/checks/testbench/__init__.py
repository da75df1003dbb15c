"""testbench: does the candidate pass its row's testbench, in a simulator?

What the testbench says is held against what it says of designs known to be right or broken
(`tools.simulator.controls`, `decide`); which texts compile together, and what is refused before they
do, is in `tools.simulator.texts`. docs/testbench.md tells it to users.
"""

from __future__ import annotations

from rtlglot.checks.testbench.check import Testbench, TestbenchOptions

__all__ = ["Testbench", "TestbenchOptions"]
