"""equivalence: does the candidate do what the reference does, for every input and for ever?

Ports are compared first; then it is proved that no output that the reference defines can be another one
in the candidate (see `tools.yosys.miter`), and both are played, as delivered, in a simulator. What the
statuses mean is told in docs/equivalence.md.
"""

from __future__ import annotations

from rtlglot.checks.equivalence.check import Equivalence, EquivalenceOptions
from rtlglot.tools.prover.trace import in_words

__all__ = ["Equivalence", "EquivalenceOptions", "in_words"]
