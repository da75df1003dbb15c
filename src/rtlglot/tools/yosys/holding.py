"""Flip-flops that an asynchronous load gives their own value: while it lasts, they keep it.

`if (rst) q <= q; else q <= d` at either edge is a clocked flip-flop with an enable, and no loop from its
output back to itself without a clock, which is what a load looks like.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from rtlglot.tools.yosys.reader import Yosys

_LOADED = re.compile(r"^  cell \$aldff (\S+)\n(.*?)^  end\n", re.MULTILINE | re.DOTALL)
_INVERTED = re.compile(r"(parameter \\)ALOAD(_POLARITY )(?:1'|)([01])")
_VALUE = re.compile(r"^    connect \\AD .*\n", re.MULTILINE)


def enabled(yosys: Yosys) -> None:
    """Make an enable of each load of a flip-flop's own value in the one module."""
    if not yosys.log_of("select -list t:$aldff").strip():
        return
    yosys("write_json held.json")
    held = {
        name
        for module in json.loads(Path("held.json").read_bytes())["modules"].values()
        for name, cell in module["cells"].items()
        if cell["type"] == "$aldff" and cell["connections"]["AD"] == cell["connections"]["Q"]
    }
    if not held:
        return

    def clocked(found: re.Match[str]) -> str:
        if found[1].removeprefix("\\") not in held:
            return found[0]
        body = _INVERTED.sub(lambda sign: f"{sign[1]}EN{sign[2]}{1 - int(sign[3])}", found[2])
        body = _VALUE.sub("", body).replace("connect \\ALOAD ", "connect \\EN ")
        return f"  cell $dffe {found[1]}\n{body}  end\n"

    yosys("write_rtlil held.il", "design -reset")
    file = Path("held.il")
    file.write_text(_LOADED.sub(clocked, file.read_text(encoding="utf-8")), encoding="utf-8")
    yosys("read_rtlil held.il")
