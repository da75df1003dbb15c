"""The rows of the run that is exported, what the engine answers, and how results are read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rtlglot.exports import ExportSummary

INV = "module inv(input a, output y); assign y = ~a; endmodule"
BUF = "module buf1(input a, output y); assign y = a; endmodule"
ADD = "module add(input [3:0] a, b, output [4:0] s); assign s = a + b; endmodule"

ROWS: list[dict[str, Any]] = [
    {"id": "inv", "instruction": "Write inv: y is not a.", "verilog": INV, "license": "MIT", "source": "own"},
    {"id": "buf", "instruction": "Write buf1: y is a.", "verilog": BUF, "license": "Apache-2.0"},
    {"id": "add", "instruction": "Write an adder of 4 bits.", "license": "MIT", "source": "own"},
    {"id": "xor", "instruction": "Write xor2."},
    {"id": "none", "instruction": "Write nothing."},
]
RULES: list[dict[str, Any]] = [
    {"id": "inv", "when": "The check", "reply": f"```verilog\n{INV}\n```"},
    {"id": "inv", "sample": 0, "reply": "```verilog\n" + INV.replace("~a", "a") + "\n```"},
    {"id": "inv", "sample": 1, "reply": "```verilog\n" + INV.replace("~a", "!a") + "\n```"},
    {"id": "buf", "sample": 0, "reply": "```verilog\n" + BUF.replace("= a", "= ~a") + "\n```"},
    {"id": "buf", "sample": 1, "reply": "```verilog\n" + BUF.replace(") assign", "); assign") + "\n```"},
    {"id": "add", "sample": 0, "reply": "I cannot do that."},
    {"id": "add", "sample": 1, "reply": f"```verilog\n{ADD}\n```"},
    {"id": "xor", "reply": "```verilog\nmodule xor2(input a, b, output y); assign y = a ^ ; endmodule\n```"},
    {"id": "none", "reply": "Nothing."},
]

Export = Callable[..., ExportSummary]
"""(format, name of the file, output=…, **settings) -> summary."""


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text().splitlines()]
