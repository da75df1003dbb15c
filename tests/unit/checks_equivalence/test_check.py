"""The check around its proofs: references, limits, and what is told about them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from rtlglot.checks import CHECKS
from rtlglot.checks.equivalence import Equivalence
from rtlglot.checks.equivalence.check import shared_references
from rtlglot.errors import UsageError
from rtlglot.records import CheckStatus, Context, Verdict
from rtlglot.sandbox import Box, BoxResult, open_box
from rtlglot.tools.simulator import icarus

COUNTER = """module r(input clk, input rst, output [3:0] q);
  reg [3:0] n;
  always @(posedge clk) if (rst) n <= 0; else n <= n + 1;
  assign q = n;
endmodule
"""
DOWN = COUNTER.replace("n + 1", "n - 1")


@dataclass
class Counting:
    """A box that notes what it is asked."""

    box: Box
    asked: list[str] = field(default_factory=list)

    async def run(self, tool: str, arguments: Mapping[str, Any], **more: Any) -> BoxResult:
        self.asked.append(tool.rpartition(":")[2])
        return await self.box.run(tool, arguments, **more)


def with_box(work: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with open_box(workers=1) as box:
            return await work(Counting(box))

    return asyncio.run(run())


def test_the_table_has_it() -> None:
    check = CHECKS.load("equivalence")()
    assert check.name == "equivalence"
    assert check.applies(Context(reference="module m; endmodule"))
    assert not check.applies(Context())
    assert not check.applies(Context(field="description", reference="module m; endmodule"))


def test_identity_holds_options_and_tools() -> None:
    one, other = Equivalence().identity(), Equivalence({"frames": "12"}).identity()
    assert one["options"]["frames"] == 24
    assert other["options"]["frames"] == 12
    assert one["pyosys"]
    json.dumps(one)


def test_unknown_options_are_refused() -> None:
    with pytest.raises(UsageError) as raised:
        Equivalence({"frame": 3})
    assert "frames" in raised.value.hint


def test_a_reference_is_proved_against_itself_once() -> None:
    async def work(box: Any) -> tuple[list[Verdict], list[str]]:
        check = Equivalence()
        context = Context(reference=COUNTER)
        texts = [COUNTER, DOWN, COUNTER.replace("module r", "module c")]
        return list(await asyncio.gather(*(check.check(text, context, box) for text in texts))), box.asked

    verdicts, asked = with_box(work)
    assert [verdict.status for verdict in verdicts] == ["equivalent", "different", "equivalent"]
    # the reference and each candidate
    assert asked.count("read") == 4
    # the proof of the reference and of the two candidates that are its netlist are the netlists' digests
    assert asked.count("compare") == 1
    assert verdicts[0].data["reference"]["self_proofs"] == {"x": "equivalent"}


def test_what_is_known_of_a_reference_can_be_handed_on() -> None:
    async def work(box: Any) -> tuple[Verdict, list[str]]:
        first, second = Equivalence(), Equivalence()
        assert first.recall(COUNTER) is None
        await first.check(COUNTER, Context(reference=COUNTER), box)
        stored = first.recall(COUNTER)
        assert stored is not None
        box.asked.clear()
        second.remember(COUNTER, stored)
        return await second.check(DOWN, Context(reference=COUNTER), box), box.asked

    verdict, asked = with_box(work)
    assert verdict.status == "different"
    assert asked.count("read") == 1
    assert asked.count("compare") == 1


def test_a_module_that_neither_side_has_is_a_black_box() -> None:
    text = "module r(input a, output y, output z);\n  nowhere u(a, y);\n  assign z = a;\nendmodule\n"
    other = text.replace("u(a, y)", "u(~a, y)")

    async def work(box: Any) -> list[Verdict]:
        check = Equivalence()
        return [await check.check(one, Context(reference=text), box) for one in (text, other)]

    same, different = with_box(work)
    assert same.status == "equivalent"
    assert same.data["blackboxes"] == ["nowhere"]
    assert any(finding.code == "black-box" for finding in same.findings)
    assert different.status == "unsupported"
    assert "nowhere" in different.data["what"]


def test_the_top_that_is_named_is_compared() -> None:
    inner = "module inner(input a, output y); assign y = ~a; endmodule\n"
    text = inner + "module outer(input a, output y); inner u(a, y); endmodule\n"
    wrong = text.replace("~a", "a")

    async def work(box: Any) -> list[Verdict]:
        context = Context(reference=inner, top="inner")
        return [await Equivalence().check(one, context, box) for one in (text, wrong)]

    right, other = with_box(work)
    assert (right.status, right.data["top"]) == ("equivalent", "inner")
    assert other.status == "different"


def test_an_enumeration_falls_back_to_a_start_with_zeros() -> None:
    """The copy may start in a state that the design has no name for: it differs until the first reset."""
    text = """module r(input clk, input rst, input a, output logic y);
  typedef enum logic [1:0] {A, B, C} state_t;
  state_t s, n;
  always_comb case (s)
    A: n = a ? B : A;
    B: n = C;
    C: n = A;
    default: n = state_t'('x);
  endcase
  always @(posedge clk) if (rst) s <= A; else s <= n;
  always_comb begin
    y = s == B;
    if (|s === 1'bx) y = 'x;
  end
endmodule
"""
    verdict = with_box(lambda box: Equivalence().check(text, Context(reference=text), box))
    assert verdict.status == "equivalent"
    semantics = verdict.data["semantics"]
    assert verdict.data["reference"]["self_proofs"][semantics] == "equivalent"


def test_a_tiny_limit_is_a_timeout_and_never_a_pass() -> None:
    async def work(box: Any) -> Verdict:
        check = Equivalence()
        await check.check(COUNTER, Context(reference=COUNTER), box)
        hurried = Equivalence({"limit_s": 0.0001})
        known = check.recall(COUNTER)
        assert known is not None
        hurried.remember(COUNTER, known)
        return await hurried.check(COUNTER, Context(reference=COUNTER), box)

    verdict = with_box(work)
    assert verdict.status is CheckStatus.TIMEOUT
    assert verdict.ok
    assert verdict.findings


def test_a_long_random_trace_is_shortened() -> None:
    """Three cycles lead to the state in which they differ; a random walk takes longer to get there."""
    design = """module r(input clk, input rst, input [3:0] k, output y);
  reg [1:0] s;
  always @(posedge clk)
    if (rst) s <= 0;
    else if (s == 0) s <= (k == 4'd9);
    else if (s == 1) s <= (k == 4'd3) ? 2'd2 : 2'd0;
    else s <= 0;
  assign y = s == 2'd2;
endmodule
"""
    wrong = design.replace("assign y = s == 2'd2", "assign y = 0")
    verdict = with_box(lambda box: Equivalence().check(wrong, Context(reference=design), box))
    assert verdict.status == "different"
    assert len(verdict.data["trace"]["steps"]) == 4


def test_without_replay_nothing_is_simulated() -> None:
    async def work(box: Any) -> tuple[Verdict, list[str]]:
        check = Equivalence({"replay": "no"})
        return await check.check(DOWN, Context(reference=COUNTER), box), box.asked

    verdict, asked = with_box(work)
    assert (verdict.status, verdict.data["confirmed"]) == ("different", None)
    assert "play" not in asked


def test_escaped_names_reach_no_command() -> None:
    text = "module \\m;exec(ls) (input a, output y);\n  assign y = a;\nendmodule\n"
    plain = "module m(input a, output y);\n  assign y = a;\nendmodule\n"
    ports = "module m(input a, output \\y!echo );\n  assign \\y!echo = a;\nendmodule\n"

    async def work(box: Any) -> list[Verdict]:
        check = Equivalence()
        return [
            await check.check(text, Context(reference=plain), box),
            await check.check(ports.replace("= a", "= (a)"), Context(reference=ports), box),
        ]

    for verdict in with_box(work):
        assert verdict.status == "unsupported"
        assert "special characters" in verdict.data["what"]


def test_a_line_that_only_some_tools_end_is_not_compared() -> None:
    # slang and Icarus read y = a, Verilator and yosys y = ~a: a commented line goes on behind a return
    text = "module m(input a, output y);\n// so\rassign y = a; /*\nassign y = ~a;\n// */\nendmodule\n"
    context = Context(reference="module m(input a, output y);\nassign y = a;\nendmodule\n")
    verdict = with_box(lambda box: Equivalence().check(text, context, box))
    assert (verdict.status, verdict.data["what"]) == (CheckStatus.UNSUPPORTED, "line-end")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (COUNTER, DOWN),
        ("module r(input [2:0] a, output y); assign y = ^a; endmodule\n",) * 2,
    ],
)
def test_where_no_shortest_difference_is_wanted_a_simulation_is_enough(right: str, wrong: str) -> None:
    wrong = wrong.replace("^a", "|a")
    copy = right.replace("module r", "module c").replace("{", " {")

    async def work(box: Any) -> tuple[Verdict, list[str], Verdict]:
        check, context = Equivalence({"shortest": False}), Context(reference=right)
        await check.check(copy, context, box)
        box.asked.clear()
        seen = await check.check(wrong, context, box)
        return seen, list(box.asked), await check.check(copy, context, box)

    seen, asked, equal = with_box(work)
    assert seen.status == "different"
    assert seen.data["confirmed"] is True
    assert "compare" not in asked
    trace = seen.data["trace"]
    assert trace["steps"][-1]["expected"] != trace["steps"][-1]["got"]
    if right is not COUNTER:
        assert len(trace["steps"]) == 1
        assert trace["first"]["step"] == 0
    assert equal.status == "equivalent"


def test_jobs_that_follow_each_other_share_what_they_know_of_references() -> None:
    async def work(box: Any) -> list[list[str]]:
        asked = []
        for options in ({}, {}, {"frames": 12}):
            box.asked.clear()
            await Equivalence(options).check(DOWN, Context(reference=COUNTER), box)
            asked.append(list(box.asked))
        return asked

    with shared_references():
        first, second, other = with_box(work)
    assert [told.count("read") for told in (first, second, other)] == [2, 1, 2]
    assert "vacuous" not in second


@pytest.mark.skipif(not icarus.installed(), reason="needs Icarus Verilog")
def test_a_string_that_a_simulator_reads_otherwise_is_not_played_in_it() -> None:
    # Icarus takes \x41 for x41, IEEE 1800-2017 for A
    design = "module m(input [7:0] d, output [15:0] q);\n  assign q = {HERE, d};\nendmodule\n"
    escaped, letter, wrong = (design.replace("HERE", each) for each in (r'"\x41"', '"A"', "8'h78"))
    spoken = letter.replace("endmodule", 'initial $display("\\x1b");\nendmodule')

    async def work(box: Any) -> list[Verdict]:
        check = Equivalence()
        pairs = ((escaped, letter), (letter, escaped), (wrong, escaped), (spoken, letter))
        return [await check.check(text, Context(reference=known), box) for text, known in pairs]

    found = with_box(work)
    assert [verdict.status.value for verdict in found] == [
        "unsupported", "equivalent", "different", "equivalent",
    ]  # fmt: skip
    assert "escape" in found[0].findings[0].message
