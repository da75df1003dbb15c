"""The screen's rules at their edges."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rtlglot.checks.screen import Screen
from rtlglot.records import CheckStatus, Context
from rtlglot.verilog.system_tasks import COMPUTING, DUMPING, LOADING, SPEAKING

NO_BOX: Any = None
"""The screen uses no tool, so it needs none."""


async def codes(text: str, context: Context | None = None, **options: Any) -> list[str]:
    verdict = await Screen(options).check(text, context or Context(), box=NO_BOX)
    assert (verdict.status is CheckStatus.FAIL) == bool(verdict.findings)
    return [finding.code for finding in verdict.findings]


def module(body: str) -> str:
    return f"module m(input a, output y);\n{body}\nendmodule\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["empty"]),
        (" \n\t", ["empty"]),
        ("module m;\0 endmodule", ["nul"]),
        ("module m; // \ud800\nendmodule", ["not-unicode"]),
        (module("assign y = a;"), []),
        (module("assign y = a;").replace("\n", "\r"), []),
        (module("assign y = a; // so\r\r\n// and so"), []),
        (module("// so\rassign y = a; /*\nassign y = ~a;\n// */"), ["line-end"]),
        (module("`define SO\rassign y = a;"), ["line-end"]),
        (module("`ifdef NO\n`define IT ~ \\\n`else\n`define IT\n`endif\nassign y = a;"), ["line-end"]),
        (module("`define IT \\\n`ifdef NO \\\n~ \\\n`else \\\n`endif\nassign y = `IT a;"), []),
        (module('// $readmemh("x")\n/* `include "f" */ assign y = a;'), []),
        (module('initial $display("$readmemh `include");'), []),
        (module("assign y = \\$system ;"), []),
        (module('initial $readmemh("f", m);'), []),
        (module("initial $dumpvars;"), []),
        (module("initial $fopen(f);\ninitial $fopen(g);"), ["system-task"]),
        (module("`ifdef DEBUG\ninitial $fopen(f);\n`endif"), []),
        (module("`ifndef QUIET\n`ifdef VERILATOR\ninitial $fopen(f);\n`endif\n`endif"), ["system-task"]),
        (module("initial begin $fopen(f); $system(g); end"), ["system-task", "system-task"]),
        (module("assign y = $clog2(7) + $bits(a) + $signed(a);"), []),
        (module('`include "f"\n`include <f>'), ["include"]),
        (module('import "DPI-C" function int f();'), ["foreign-code"]),
        (module('export "DPI" task t;'), ["foreign-code"]),
    ],
)
async def test_rules(text: str, expected: Any) -> None:
    assert await codes(text) == expected


@pytest.mark.parametrize(
    ("option", "most", "make", "code"),
    [
        ("max_bytes", 1000, lambda n: module("assign y = a;").ljust(n), "too-large"),
        ("max_nesting", 40, lambda n: "(" * n + ")" * n, "too-deep"),
        ("max_nesting", 40, lambda n: "begin " * n + "end " * n, "too-deep"),
        ("max_statement", 500, lambda n: "a" * (n - 1) + ";", "long-statement"),
    ],
)
async def test_limits_are_exact(option: Any, most: Any, make: Any, code: str) -> None:
    assert await codes(make(most), **{option: most}) == []
    assert await codes(make(most + 1), **{option: most}) == [code]


async def test_size_is_counted_in_bytes() -> None:
    assert await codes("// " + "é" * 60, max_bytes=100) == ["too-large"]


async def test_long_runs_without_nesting_are_no_nesting() -> None:
    assert await codes(module("assign y = " + "(a) + " * 2000 + "a;")) == []


async def test_what_may_speak_may_not_beside_a_testbench() -> None:
    text = module("initial begin $display(1); $finish; end")
    assert await codes(text) == []
    assert await codes(text, Context(testbench="module tb; endmodule")) == ["system-task", "system-task"]


@pytest.mark.parametrize("body", ["`define C(a) $``a", '`define S(x) `"x`"', "initial $root.tb.n = 0;"])
async def test_ways_around_are_closed_beside_a_testbench(body: str) -> None:
    beside = Context(testbench="module tb; endmodule")
    assert set(await codes(module(body), beside)) & {"token-paste", "system-task"}


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        ('initial $readmemh("f", m);', []),
        ('initial $readmemh("g", m);', ["system-task"]),
        ('initial $readmemb("f", m);', ["system-task"]),
        ("initial $readmemh(F, m);", ["system-task"]),
        ('localparam F = "f"; initial $readmemh(F, m);', []),
        ('localparam F = "g"; initial $readmemh(F, m);', ["system-task"]),
        ('localparam G = "f", F = G; initial $readmemh(F, m);', []),
        ("localparam F = G, G = F; initial $readmemh(F, m);", ["system-task"]),
        ('parameter F = ""; rom #(.F("f")) r(); initial $readmemh(F, m);', []),
        ('parameter F = "f"; rom #(.F("g")) r(); initial $readmemh(F, m);', ["system-task"]),
    ],
)
async def test_a_candidate_reads_no_file_that_its_reference_does_not(loads: str, expected: list[str]) -> None:
    reference = Context(reference=module('initial $readmemh("f", m);'))
    assert await codes(module(loads), reference) == expected


@pytest.mark.parametrize("task", ['$readmemh("f", m)', "$dumpvars", '`ifdef A\n$fopen("f")\n`endif'])
async def test_beside_a_testbench_no_file_is_touched_and_no_branch_is_dead(task: str) -> None:
    beside = Context(testbench="module tb; endmodule", reference=module('initial $readmemh("f", m);'))
    assert await codes(module(f"initial {task};"), beside) == ["system-task"]


async def test_what_a_file_of_several_includes_is_missing_not_wrong() -> None:
    text = module('`include "a.vh"\n`include "b.vh"')
    verdict = await Screen().check(text, Context(parts_elsewhere=True), box=NO_BOX)
    assert verdict.status is CheckStatus.INCOMPLETE
    assert [finding.message.split()[0] for finding in verdict.findings] == ['"a.vh"', '"b.vh"']


async def test_options_let_more_pass() -> None:
    assert await codes(module('initial $readmemh("f", m);'), allow="$readmemh,$fopen") == []
    assert await codes(module('initial $fopen("f");'), allow="$readmemh,$fopen") == []
    assert await codes(module('`include "f"'), include="true") == []


async def test_findings_say_where() -> None:
    verdict = await Screen().check(module("  initial $system(1);"), Context(), box=NO_BOX)
    assert [(f.line, f.column) for f in verdict.findings] == [(2, 11)]


def test_no_task_is_on_both_lists() -> None:
    assert not COMPUTING & SPEAKING
    assert not (COMPUTING | SPEAKING) & (DUMPING | LOADING)


@pytest.mark.parametrize(
    "text",
    [
        module("// " + "x" * 200_000),
        module(f"assign y = {' ^ '.join(['abc'] * 20_000)};"),
        module(f"assign y = {'(' * 300}a{')' * 300};"),
        module('initial $fwrite(1, "so");'),
        module("initial $system;"),
    ],
    ids=["bytes", "statement", "nesting", "task", "command"],
)
async def test_a_finding_names_the_option_that_lets_the_text_pass(text: str) -> None:
    verdict = await Screen({}).check(text, Context(), NO_BOX)
    assert verdict.findings
    for finding in verdict.findings:
        option = re.search(r"--set check\.screen\.(\w+)=([$\w]*)", finding.message)
        assert option is not None, finding
        value: Any = (option[2],) if option[1] == "allow" else 1_000_000
        eased: dict[str, Any] = {option[1]: value}
        assert finding.code not in await codes(text, None, **eased)
