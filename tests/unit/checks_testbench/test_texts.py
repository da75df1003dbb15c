"""Which texts go together, under which names."""

from __future__ import annotations

import pytest

from rtlglot.tools.simulator.texts import (
    Refused,
    put_together,
    refuse_what_reaches_out,
    renamed,
    shell_of,
    speaks_only_of_errors,
)
from rtlglot.tools.slang.benches import Seat, names_of
from rtlglot.tools.slang.source import Source, read_source

V2 = """module stimulus(output reg a); initial a = 0; endmodule
module tb; wire a, r, d; stimulus s(a); RefModule good(.a(a), .y(r));
TopModule dut(.a(a), .y(d)); endmodule"""
V1 = """module reference_module(input a, output y); assign y = a; endmodule
module tb; reg a; wire r, d; reference_module good(a, r); top_module dut(.a(a), .y(d)); endmodule"""
RTLLM = "module testbench; reg a; wire y; buffer_1bit uut(.a(a), .y(y)); endmodule"
READS = RTLLM.replace("reg a;", 'reg a; initial $readmemh("d.hex", a);')
OTHER_PORTS = "module buffer_1bit(input b, output y); assign y = b; endmodule"
REF = "module RefModule(input a, output y); assign y = a; endmodule"


def source(text: str) -> Source:
    read = read_source(text, "sv2017")
    assert not read.problems
    return read


def design(name: str, more: str = "") -> Source:
    return source(f"module {name}(input a, output y); assign y = a; endmodule {more}")


def test_verilogeval_2() -> None:
    together = put_together(design("TopModule"), V2, REF)
    assert (together.design, together.renamed_from, together.tops) == ("TopModule", None, ("tb",))
    assert names_of(*together.texts).missing == ()
    assert len(together.texts) == 3


def test_verilogeval_2_with_a_reference_of_another_name() -> None:
    together = put_together(design("TopModule"), V2, REF.replace("RefModule", "golden"))
    assert names_of(*together.texts).missing == ()
    assert "module RefModule" in together.texts[1]


def test_verilogeval_1_needs_no_reference() -> None:
    for reference in (None, "module top_module(input a, output y); assign y = a; endmodule"):
        together = put_together(design("top_module"), V1, reference)
        assert (together.design, len(together.texts)) == ("top_module", 2)
        assert names_of(*together.texts).missing == ()


def test_rtllm_names_the_design_by_what_it_instantiates() -> None:
    together = put_together(design("my_buffer"), RTLLM, None)
    assert (together.design, together.renamed_from) == ("buffer_1bit", "my_buffer")
    assert names_of(*together.texts).missing == ()


def test_inner_modules_of_both_do_not_meet() -> None:
    inner = "module inner(input a, output y); assign y = ~a; endmodule "
    reference = inner + "module RefModule(input a, output y); inner u(a, y); endmodule"
    candidate = source(inner + "module TopModule(input a, output y); inner inner(a, y); endmodule")
    together = put_together(candidate, V2, reference)
    names = names_of(*together.texts)
    assert names.missing == ()
    assert len(set(names.defined)) == len(names.defined)


@pytest.mark.parametrize(
    ("candidate", "testbench", "status", "code"),
    [
        (design("a1", "module b1(input a); endmodule"), RTLLM, "fail", "top"),
        (
            source("module buffer_1bit(input b, output y); assign y = b; endmodule"),
            RTLLM,
            "fail",
            "interface",
        ),
        (design("m"), "module tb; endmodule", "unsupported", "no-design"),
        (design("m"), "", "unsupported", "no-testbench"),
        (design("m"), V2, "unsupported", "no-design"),
        (design("m"), READS, "unsupported", "reads-files"),
    ],
)
def test_refusals(candidate: Source, testbench: str, status: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        put_together(candidate, testbench, None)
    assert (refused.value.status, refused.value.code) == (status, code)


def test_only_the_declaration_is_renamed() -> None:
    text = "module m(input m_in, output y); wire m; assign y = m; endmodule : m"
    assert renamed(text, "m", "k") == "module k(input m_in, output y); wire m; assign y = m; endmodule : k"


@pytest.mark.parametrize(
    "statement",
    [
        '$display("x");',
        "$finish;",
        "$stop;",
        '$fatal(1, "x");',
        '$system("ls");',
    ],
)
def test_system_tasks_are_refused(statement: str) -> None:
    read = source(f"module m(input a, output y); assign y = a; initial {statement} endmodule")
    with pytest.raises(Refused) as refused:
        refuse_what_reaches_out(read)
    assert (refused.value.status, refused.value.code) == ("fail", "system-task")


def test_system_tasks_hidden_in_macros_are_refused() -> None:
    text = "`define S(x) $``x\nmodule m(input a, output y); assign y = a; initial `S(finish); endmodule"
    read = read_source(text, "sv2017")
    if read.problems:  # then it does not compile, which is as good
        return
    with pytest.raises(Refused):
        refuse_what_reaches_out(read)


def test_functions_that_compute_are_fine() -> None:
    refuse_what_reaches_out(
        source("module m(input [3:0] a, output y); assign y = $clog2(4) == $signed(a); endmodule")
    )


def test_a_candidate_cannot_look_into_the_testbench() -> None:
    read = read_source("module m(input a, output y); assign y = tb.good.y; endmodule", "sv2017")
    assert read.problems


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("module t; initial if (1) $fatal; endmodule", True),
        ("module t; initial assert (1); endmodule", True),
        ('module t; initial if (1) $error("no"); else $display("PASSED"); endmodule', False),
        ("module t; endmodule", False),
    ],
)
def test_testbenches_that_only_complain(text: str, wanted: bool) -> None:
    assert speaks_only_of_errors(text) is wanted


def test_the_stub_has_the_ports_and_nothing_else() -> None:
    (top,) = source("module m(input [3:0] a, output y); assign y = ^a; endmodule").tops
    text = shell_of(Seat((), top.ports), "TopModule")
    (stub,) = source(text).tops
    assert (stub.name, stub.ports) == ("TopModule", top.ports)
    assert "assign" not in text


def test_a_testbench_that_does_not_fit_its_reference_says_no_to_nobody() -> None:
    with pytest.raises(Refused) as refused:
        put_together(source(OTHER_PORTS), RTLLM, OTHER_PORTS.replace("buffer_1bit", "golden"))
    assert (refused.value.status, refused.value.code) == ("unsupported", "interface")
