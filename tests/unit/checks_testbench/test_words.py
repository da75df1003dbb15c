"""What testbenches say, read together with what they say of controls.

Each way of reporting is put into one testbench and asked about a design that is right and one that is
right in half of the cases: the first must pass, and the second must not.
"""

from __future__ import annotations

import asyncio

import pytest

from rtlglot.checks.testbench import Testbench
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box
from rtlglot.tools.simulator import icarus
from rtlglot.tools.simulator.transcript import judge

FRAME = """module try_parity;
  reg [3:0] w; wire p; integer k, right, wrong;
  %s
  parity dut(.w(w), .p(p));
  initial begin
    right = 0; wrong = 0;
    for (k = 0; k < 16; k = k + 1) begin
      w = k; #2;
      if (p === ^w) begin right = right + 1; %s end else begin wrong = wrong + 1; %s end
    end
    %s
    $finish;
  end
endmodule
"""
RIGHT = "module parity(input [3:0] w, output p);\n  assign p = w[0] ^ w[1] ^ w[2] ^ w[3];\nendmodule\n"
HALF = "module parity(input [3:0] w, output p);\n  assign p = w[0] ^ w[1] ^ w[2];\nendmodule\n"


def frame(end: str, *, right: str = "", wrong: str = "", before: str = "") -> str:
    return FRAME % (before, right, wrong, end)


SHOWN = {
    "passed of": '$display("passed %0d of 16", right);',
    "vectors out of": '$display("%0d vectors passed out of %0d", right, 16);',
    "successes slash": '$display("successes: %0d/%0d", right, 16);',
    "per cent": '$display("%0d%% of the cases pass", right * 100 / 16);',
    "ok and total apart": '$display("ok: %0d", right); $display("tests: 16");',
    "pass and fail": '$display("pass=%0d fail=%0d", right, wrong);',
    "passed and failed": '$display("Passed %0d  Failed %0d", right, wrong);',
    "correct and incorrect": '$display("correct: %0d, incorrect: %0d", right, wrong);',
    "columns": '$display("| passed | %0d | failed | %0d |", right, wrong); if (!wrong) $display("OK");',
    "errors first": '$display("errors: %0d, passed: %0d", wrong, right);',
    "error count": '$display("err_cnt=%0d", wrong);',
    "number of mismatches": '$display("number of mismatches: %0d", wrong);',
    "wrong outputs": '$display("finished with %0d wrong outputs", wrong);',
    "no errors": 'if (wrong) $display("there were errors"); else $display("no errors");',
    "without a mismatch": 'if (wrong) $display("mismatch!"); else $display("done without any mismatch");',
    "error free": 'if (wrong) $display("it has errors"); else $display("the run was error-free");',
    "did it pass": 'if (wrong) $display("it did not pass"); else $display("it did pass");',
    "is correct": 'if (wrong) $display("the design is not correct"); else $display("the design is correct");',
    "isn't ok": 'if (wrong) $display("that isn\'t ok"); else $display("that is ok");',
    "status first": '$display("%s: fatal error and timeout paths", wrong ? "FAILED" : "PASSED");',
    "status last": '$display("mismatch detection ... [%s]", wrong ? "FAIL" : "ok");',
    "score": '$display("Score: %0d/16", right);',
    "accuracy": '$display("accuracy %0d%%", right * 100 / 16);',
    "rate": '$display("Success rate = %f", right / 16.0);',
    "json": '$display("{\\"passed\\": %0d, \\"failed\\": %0d}", right, wrong);',
    "xml": '$display("<suite tests=\\"16\\" errors=\\"%0d\\"/>", wrong);',
    "colours": '$display("\\033[1m%s\\033[0m", wrong ? "FAIL" : "PASS");',
    "stars": 'if (wrong) $display("*** FAILED ***"); else $display("*** PASSED ***");',
    "other tongue": 'if (wrong) $display("das stimmt nicht"); else $display("alles stimmt");',
    "smile": 'if (wrong) $display(":-("); else $display(":-)");',
    "fatal": 'if (wrong) $fatal(1, "%0d", wrong); $display("simulation passed");',
}
PER_CASE = {
    "test anything": frame(
        '$display("1..16");', right='$display("ok %0d", k + 1);', wrong='$display("not ok %0d", k + 1);'
    ),
    "stops at the first wrong one": frame('$display("reached the end of it");', wrong="$finish;"),
    "only speaks of what is wrong": frame("", wrong='$display("mismatch at %0d", k);'),
    "and then says that it ended": frame('$display("end of run");', wrong='$display("Wrong!");'),
    "each case": frame("", right='$display("case %0d pass", k);', wrong='$display("case %0d fail", k);'),
    "each expected": frame(
        '$display("done: ok");', wrong='$display("w=%b expected %b but got %b", w, ^w, p);'
    ),
    "each got": frame('$display("done: ok");', wrong='$display("got %b, expected %b", p, ^w);'),
    "case numbers as the only words": frame('$display("end");', wrong='$display("FAIL: %0d", k);').replace(
        '$display("end");', 'if (!wrong) $display("PASS");'
    ),
    "stops at once": frame('$display("all passed");', wrong='$display("wrong at %0d", k); $finish;'),
    "only complains": frame("", wrong='$error("parity of %b", w);'),
    "watches": frame(
        '$display("result: %0s", wrong ? "failure" : "success");',
        before='initial $monitor("%0t w=%b p=%b error=%0d", $time, w, p, wrong);',
    ),
    "names a test of errors": frame(
        'if (wrong) $display("FAILED"); else $display("PASSED");',
        before='initial $display("=== error injection is off ===");',
    ),
}
BENCHES = {name: frame(end) for name, end in SHOWN.items()} | PER_CASE
REFERENCED = [*list(SHOWN)[::4], *list(PER_CASE)[1::2]]
UNREFERENCED = [
    name for name in BENCHES if name not in ("names a test of errors", "stops at the first wrong one")
]


Pairs = dict[tuple[str, bool], tuple[Verdict, Verdict]]
"""By testbench and whether there is a reference: what is said of the right and the half right design."""


async def _all() -> Pairs:
    async with open_box(workers=2) as box:

        async def both(name: str, reference: str | None) -> tuple[Verdict, Verdict]:
            context = Context(testbench=BENCHES[name], reference=reference)
            right = await Testbench().check(RIGHT, context, box)
            return right, await Testbench().check(HALF, context, box)

        golden = RIGHT.replace("parity", "golden")
        keys = [(name, False) for name in UNREFERENCED] + [(name, True) for name in REFERENCED]
        told = await asyncio.gather(*(both(name, golden if beside else None) for name, beside in keys))
    return dict(zip(keys, told, strict=True))


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    return asyncio.run(_all())


needs_icarus = pytest.mark.skipif(icarus.installed() is None, reason="Icarus Verilog is not installed")


@needs_icarus
@pytest.mark.parametrize("name", UNREFERENCED)
def test_without_a_reference(name: str, pairs: Pairs) -> None:
    right, half = pairs[name, False]
    assert right.status == "pass", right
    assert half.status in ("fail", "unsupported"), half


@needs_icarus
@pytest.mark.parametrize("name", REFERENCED)
def test_with_a_reference(name: str, pairs: Pairs) -> None:
    right, half = pairs[name, True]
    assert right.status == "pass", right
    assert half.status == "fail", half


@pytest.mark.parametrize(
    ("output", "passed"),
    [
        ("Tests passed: 8/16", False),
        ("Tests passed: 16/16", True),
        ("Passed: 16  Failed: 0", True),
        ("Passed: 8  Failed: 8", False),
        ("PASS: 3 / FAIL: 1", False),
        ("Error: 0 != 1", False),
        ("Error: 0, expected 1", False),
        ("Test 0 FAILED", False),
        ("Ran 12 tests with 0 errors", True),
        ("Result: 0 errors", True),
        ("Result: 2 errors", False),
        ("a=1 expected=2 got=2\nall good", True),
        ("a=1 expected=2 got=3\nall good", False),
        ("t=0 error=x\nt=5 error=0\nPASSED", True),
        ("t=0 error=x\nPASSED", False),
        ("Score: 100% passed", True),
        ("Score: 99.5% passed", False),
        ("4'b0000 errors", True),
        ("4'b0010 errors", False),
        ("0 of 16 failed", True),
        ("no test was passed", False),
        ('{"passed": 16, "failed": 0}', True),
        ('{"passed": 8, "failed": 8}', False),
        ("ok 1\nok 2 - carry\n1..2", True),
        ("ok 1\nnot ok 2 - carry\n1..2", False),
        ("pass rate: 1.000", True),
        ("pass rate: 0.875", False),
        ("Computing the score", None),
        ("accuracy report", None),
    ],
)
def test_counts_and_negations(output: str, passed: bool | None) -> None:
    assert judge(output, speaks_only_of_errors=False).passed is passed


def test_names_of_ports_are_no_words() -> None:
    assert judge("error=1\nPASSED", speaks_only_of_errors=False).passed is False
    assert judge("error=1\nPASSED", speaks_only_of_errors=False, ports={"error"}).passed is True
