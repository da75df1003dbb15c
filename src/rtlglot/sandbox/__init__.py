"""The Box: runs a tool on untrusted text in a hardened child that may die, hang or eat memory.

Everything here is imported when it is first used: the zygote is forked for every text, and what it does
not hold is not copied.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rtlglot.sandbox.box import NOTHING, Box, ForkBox, open_box
    from rtlglot.sandbox.job import BoxResult, Ended, Permit

_WHERE = {
    "NOTHING": "rtlglot.sandbox.box",
    "Box": "rtlglot.sandbox.box",
    "BoxResult": "rtlglot.sandbox.job",
    "Ended": "rtlglot.sandbox.job",
    "ForkBox": "rtlglot.sandbox.box",
    "Permit": "rtlglot.sandbox.job",
    "open_box": "rtlglot.sandbox.box",
}

__all__ = ["NOTHING", "Box", "BoxResult", "Ended", "ForkBox", "Permit", "open_box"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'rtlglot.sandbox' has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)
