"""equivalence: does the candidate do what the reference does, for every input and for ever?

Ports are compared first; then both designs are put into one circuit and it is asked whether any
output that the reference defines can be another one in the candidate (see `miter`). Statuses:

equivalent    proved. `data.semantics` says for which start: 'x' (registers start with anything) or
              'zero-initialised'; `data.vacuous` names outputs about which the reference says nothing.
bounded       no difference within `data.k` steps, and no proof. Never called equivalent.
different     `data.trace` shows it; `data.confirmed` says whether a simulator agrees (None: not asked).
ports-differ  names, directions or widths of ports.
unsupported   `data.what` says what. Among this: texts that a simulator runs otherwise than they are
              synthesised (an incomplete event list …, see `hazards`), which are never `equivalent`.
timeout, error, unavailable.
"""

from __future__ import annotations

from rtlglot.checks.equivalence.check import Equivalence, EquivalenceOptions
from rtlglot.tools.prover.trace import in_words

__all__ = ["Equivalence", "EquivalenceOptions", "in_words"]
