"""testbench: does the candidate pass its row's testbench, in a simulator?

Which texts compile together: the testbench as it is, then the reference where the testbench needs it,
then the candidate as plain text (macros expanded, no comments, directives or attributes).

- The design under test is the module that the testbench instantiates and does not define, apart from
  one that the reference gives: TopModule beside RefModule (VerilogEval 2), top_module
  (VerilogEval 1, whose tests bring their reference_module), whatever RTLLM's testbench instantiates.
- A candidate whose only top module has another name is renamed; `data.renamed_from` says so.
- The reference's top is renamed to RefModule (reference_module, ref_module) where the testbench has an
  instance of that name and the reference another one. Inner modules of the reference that the
  candidate has too get the suffix _of_reference.

What counts as a pass is in `judge`. Its text is never trusted alone: the candidate must elaborate by
itself (so it cannot look into the testbench), may hold no system task or function that does more than
compute (so it can neither print the text nor end the run), may not drive or force its own inputs (nets
run through ports, so that would change what the reference gets), and what it would include or define
for the others is gone. A testbench that lets an empty module pass is `unsupported`: its pass tells
nothing. Ports that do not fit are `fail`; what slang reads and the simulator does not is `unsupported`.

Verilator, which serves where Icarus Verilog is missing, knows no x: registers without a start value
start as 0 there, so that a design that relies on one can pass. `data.simulator` says which one it was.
"""

from __future__ import annotations

from rtlglot.checks.testbench.check import Testbench, TestbenchOptions

__all__ = ["Testbench", "TestbenchOptions"]
