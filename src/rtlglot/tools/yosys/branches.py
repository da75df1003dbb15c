"""The multiplexers that if and case become, without the branches that cannot be taken.

yosys makes a tree for each temporary of a process, and each tree asks all the conditions around it anew:
a chain of n else-ifs becomes n * n / 2 multiplexers, all but n of them beside an x that nothing selects
(`processes` spares the longest of these).

A condition that is x takes the else, and takes it each time it is asked within a process. So a tree that
knows what was answered before says no more than a simulation does. An operator `?:` mixes both its sides
where its condition is x, each time anew, and is left as it is.
"""

from __future__ import annotations

from rtlglot.tools.yosys.reader import Yosys

_OPERATOR = "$operator"
"""Stands for the type of an operator's multiplexer meanwhile."""
_OF_OPERATORS = "t:$mux c:*$procmux$* %d"


def prune(yosys: Yosys) -> None:
    """Take the branches that cannot be taken out of what `proc` made, before names change."""
    yosys(f"chtype -set {_OPERATOR} {_OF_OPERATORS}", "opt_muxtree", f"chtype -set $mux t:{_OPERATOR}")
