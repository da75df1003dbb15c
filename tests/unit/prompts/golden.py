"""The rendered prompts of the built-in pairs, as kept in tests/cases/prompts.

Run this file to write them anew after a prompt has been changed on purpose.
"""

from __future__ import annotations

import json
from pathlib import Path

from rtlglot.prompts import builtin_pairs, load
from rtlglot.records import Pair, Row

TESTS = Path(__file__).parents[2]
FOLDER = TESTS / "cases" / "prompts"
ROWS = json.loads((TESTS.parent / "examples" / "rtl.json").read_text(encoding="utf-8"))
ROW = Row("enable_register8", ROWS["enable_register8"], 0)


def file_of(pair: Pair) -> Path:
    """Where a pair's rendered prompt is kept."""
    return FOLDER / f"{pair.source}_to_{pair.target}.txt"


def rendered(pair: Pair) -> str:
    """The chat for the example row, with the header asked for where Verilog is wanted, and a repair."""
    prompt = load(pair)
    interface = "module enable_register8 (input wire clk);" if pair.target == "verilog" else None
    messages = prompt.render(ROW, interface)
    messages = prompt.repair(messages, ROWS["enable_register8"][pair.target], "line 3: 'q' is not declared\n")
    return "".join(f"<<< {message.role}\n{message.content}\n" for message in messages)


if __name__ == "__main__":
    for each in builtin_pairs():
        file_of(each).write_text(rendered(each), encoding="utf-8")
