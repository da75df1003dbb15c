"""Products that one side has in gates, as a synthesis writes them, and gates of which one is another."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from rtlglot.checks.equivalence import Equivalence
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box

HEAD = "module m(input signed [12:0] a, b, input [9:0] c, d, input clk, output reg signed [25:0] y);\n"
DESIGNS = {
    "a product": f"{HEAD}always @(posedge clk) y <= a * b;\nendmodule\n",
    "a product and a sum": f"{HEAD}always @(posedge clk) y <= a * b + c;\nendmodule\n",
    "the top of a product": f"{HEAD}wire [29:0] p = {{a[12], a, a}} * {{4'b0, c}};\n"
    "always @(posedge clk) y <= p >> 14;\nendmodule\n",
}
_YOSYS = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in sys.argv[1:]:
    libyosys.run_pass(command, design)
"""


def gates(text: str, folder: Path) -> str:
    """What a synthesis makes of a design."""
    (folder / "m.v").write_text(text)
    commands = ("read_verilog -sv m.v", "synth -noabc -top m", "write_verilog -noattr gates.v")
    subprocess.run(
        [sys.executable, "-c", _YOSYS, *commands], cwd=folder, check=True, capture_output=True, timeout=100
    )
    return (folder / "gates.v").read_text()


def with_another_gate(text: str) -> str:
    """With an or in the place of the and in the middle."""
    lines = text.splitlines(keepends=True)
    ands = [number for number, line in enumerate(lines) if line.count(" & ") == 1]
    middle = ands[len(ands) // 2]
    return "".join((*lines[:middle], lines[middle].replace(" & ", " | "), *lines[middle + 1 :]))


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Verdict, Verdict]]:
    async def asked() -> dict[str, tuple[Verdict, Verdict]]:
        check = Equivalence({"limit_s": "4"})
        async with open_box(workers=2) as box:
            found = {}
            for name, text in DESIGNS.items():
                made = gates(text, tmp_path_factory.mktemp("gates"))
                texts = (made, with_another_gate(made))
                both = [await check.check(one, Context(reference=text), box) for one in texts]
                found[name] = (both[0], both[1])
            return found

    return asyncio.run(asked())


@pytest.mark.parametrize("name", DESIGNS)
def test_gates_of_a_product_are_the_product(name: str, verdicts: dict[str, tuple[Verdict, Verdict]]) -> None:
    right, wrong = verdicts[name]
    assert right.status == "equivalent", right.data
    assert wrong.status != "equivalent", wrong.data
