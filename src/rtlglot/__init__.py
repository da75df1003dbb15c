"""rtlglot: hardware designs between instruction, description and Verilog, checked by real tools.

    import rtlglot

    summary = rtlglot.transform("rtl.json", "out.jsonl", source="instruction", target="verilog")
    print(summary.accepted, "of", summary.total)

Everything here is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rtlglot.errors import RtlglotError
    from rtlglot.library import (
        Model,
        atransform,
        check,
        compare,
        export,
        report,
        roundtrip,
        roundtrip_one,
        rows,
        transform,
        verify_for_benchls,
    )
    from rtlglot.records import Outcome, Reason, Status
    from rtlglot.run.spec import Spec
    from rtlglot.run.watch import Summary, Watch

__version__ = "0.1.0"

_WHERE = {
    "Model": "rtlglot.library",
    "Outcome": "rtlglot.records",
    "Reason": "rtlglot.records",
    "RtlglotError": "rtlglot.errors",
    "Spec": "rtlglot.run.spec",
    "Status": "rtlglot.records",
    "Summary": "rtlglot.run.watch",
    "Watch": "rtlglot.run.watch",
    "atransform": "rtlglot.library",
    "check": "rtlglot.library",
    "compare": "rtlglot.library",
    "export": "rtlglot.library",
    "report": "rtlglot.library",
    "roundtrip": "rtlglot.library",
    "roundtrip_one": "rtlglot.library",
    "rows": "rtlglot.library",
    "transform": "rtlglot.library",
    "verify_for_benchls": "rtlglot.library",
}

__all__ = [
    "Model",
    "Outcome",
    "Reason",
    "RtlglotError",
    "Spec",
    "Status",
    "Summary",
    "Watch",
    "__version__",
    "atransform",
    "check",
    "compare",
    "export",
    "report",
    "roundtrip",
    "roundtrip_one",
    "rows",
    "transform",
    "verify_for_benchls",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'rtlglot' has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return __all__
