"""A project's files, each looked at by itself: what is missing is said, and is no fault of the design."""

from __future__ import annotations

import pytest

from rtlglot.checks.ladder import asking, climb, ladder
from rtlglot.records import CheckStatus, Context, Verdict
from rtlglot.sandbox import open_box

FILES = {
    "include": (
        '`include "sizes.vh"\nmodule m(input [`W-1:0] a, output y);\n  assign y = ^a;\nendmodule',
        "sizes.vh",
    ),
    "macro": ("module m(input [`WIDTH-1:0] a, output y);\n  part u(a, y);\nendmodule", "`WIDTH"),
    "package": ("module m import pkg::*; (input word_t a, output y);\n  assign y = ^a;\nendmodule", "pkg"),
    "scope": ("module m(input [pkg::W-1:0] a, output y);\n  assign y = ^a;\nendmodule", "pkg"),
    "interface": ("module m(bus b, output y);\n  assign y = b.ready;\nendmodule", "bus"),
    "modport": ("module m(bus.slave b, output y);\n  assign y = b.ready;\nendmodule", "bus"),
    "module": ("module m(input a, output y);\n  part u(a, y);\nendmodule", "part"),
    "dotted": ("module m(input a, output y);\n  assign y = a & ~glbl.GSR;\nendmodule", "glbl"),
    "parameter": ("module m #(parameter W) (input [W-1:0] a, output y);\n  assign y = ^a;\nendmodule", "m"),
}
"""Text, and what is missing in it."""
PROJECT = {
    f"{kind}{number}": (
        text.replace("module m", f"module m{number}"),
        missing.replace("m", f"m{number}", missing == "m"),
    )
    for number in range(8)
    for kind, (text, missing) in FILES.items()
}


async def climbed(text: str, context: Context) -> list[Verdict]:
    checks = ladder("synth")
    async with open_box(workers=1) as box:
        return await climb(checks, context, asking(text, context, box))


async def test_each_file_of_a_project_says_what_it_lacks_in_every_rung() -> None:
    context = Context(parts_elsewhere=True)
    async with open_box(workers=2) as box:
        for name, (text, missing) in PROJECT.items():
            verdicts = await climb(
                ladder("screen,syntax,elaborate,synth"), context, asking(text, context, box)
            )
            statuses = {verdict.check: verdict.status for verdict in verdicts}
            known = {CheckStatus.PASS, CheckStatus.INCOMPLETE}
            assert set(statuses.values()) <= known, (name, verdicts)
            assert statuses["elaborate"] is statuses["synth"] is CheckStatus.INCOMPLETE, name
            for verdict in verdicts:
                if verdict.status is CheckStatus.INCOMPLETE:
                    said = " ".join(finding.message for finding in verdict.findings)
                    assert missing in said, (name, verdict.check, said)


PARTS = {
    "package": "package sizes;\n  localparam W = 4;\nendpackage",
    "interface": "interface bus(input clk);\n  logic ready;\nendinterface",
    "macros": "`define W 8\n`define H 4",
    "class": "class item;\n  int count;\nendclass",
    "branch": "`ifdef FPGA\nmodule m(input a, output y);\n  assign y = a;\nendmodule\n`endif",
}


@pytest.mark.parametrize("text", PARTS.values(), ids=PARTS)
async def test_a_file_that_others_use_is_a_part_of_them_and_no_answer_by_itself(text: str) -> None:
    inside = {v.check: v.status for v in await climbed(text, Context(parts_elsewhere=True))}
    known = {CheckStatus.PASS, CheckStatus.INCOMPLETE, CheckStatus.SKIPPED}
    assert set(inside.values()) <= known
    assert {inside[name] for name in ("syntax", "elaborate", "synth")} == {CheckStatus.INCOMPLETE}
    alone = {v.check: v.status for v in await climbed(text, Context())}
    assert alone["syntax"] is CheckStatus.FAIL


async def test_the_macro_whose_branch_has_the_module_is_named() -> None:
    said = (await climbed(PARTS["branch"], Context(parts_elsewhere=True)))[1].findings[0].message
    assert "'FPGA'" in said
    empty = await climbed("`ifdef FPGA\nwire w;\n`endif", Context(parts_elsewhere=True))
    assert empty[1].status is CheckStatus.FAIL


async def test_what_is_missing_in_a_text_that_is_whole_is_its_fault() -> None:
    text, _ = FILES["include"]
    assert (await climbed(text, Context()))[0].status is CheckStatus.FAIL


@pytest.mark.parametrize(
    "text",
    [
        "`timescal 1ns/1ps\nmodule m(input a, output y);\n  part u(a, y);\nendmodule",
        "module m(input a, output [7:0] y);\n  part u(a, 8`hFF, y);\nendmodule",
        "module m(input [`WIDTH-1:0] a, output y);\n  assign y = ^a;\nendmodule",
    ],
)
async def test_a_slip_with_a_backtick_is_no_macro_of_another_file(text: str) -> None:
    verdicts = {v.check: v.status for v in await climbed(text, Context(parts_elsewhere=True))}
    assert verdicts["syntax"] is CheckStatus.FAIL


async def test_an_error_beside_a_missing_module_is_an_error() -> None:
    text = "module m(input a, output y);\n  part u(a, y);\n  assign y = b;\nendmodule"
    verdicts = {v.check: v.status for v in await climbed(text, Context(parts_elsewhere=True))}
    assert verdicts["elaborate"] is CheckStatus.FAIL


async def test_a_black_box_is_a_missing_module() -> None:
    part = "module part(input a, output y);\n  assign y = ~a;\nendmodule\n"
    text = f"{part}module m(input a, output y);\n  part u(a, y);\nendmodule"
    whole, opened = await climbed(text, Context()), await climbed(text, Context(blackboxes=("part",)))
    assert {verdict.status for verdict in whole} <= {CheckStatus.PASS, CheckStatus.SKIPPED}
    statuses = {verdict.check: verdict.status for verdict in opened}
    assert statuses["elaborate"] is statuses["synth"] is CheckStatus.INCOMPLETE


async def test_the_top_is_the_one_that_is_named() -> None:
    text = "module {}(input x, output y);\n  assign y = x;\nendmodule\n"
    text = text.format("a") + text.format("b")
    named = {v.check: v for v in await climbed(text, Context(top="b"))}
    assert named["elaborate"].data["tops"] == ["b"]
    assert named["synth"].status is CheckStatus.PASS
    wrong = {v.check: v for v in await climbed(text, Context(top="c"))}
    assert wrong["elaborate"].status is CheckStatus.FAIL
