"""Design units: found where they are, complete or not, never in a comment or a string."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlglot.verilog.units import module_names, units

EXAMPLES = json.loads((Path(__file__).parents[3] / "examples" / "rtl.json").read_text(encoding="utf-8"))


def test_every_example_is_made_of_whole_modules_with_ports() -> None:
    for row in EXAMPLES.values():
        found = units(row["verilog"])
        assert found
        assert all(unit.kind == "module" and unit.complete and unit.has_ports for unit in found)
        assert found[-1].end == len(row["verilog"].rstrip())


@given(st.lists(st.sampled_from(sorted(EXAMPLES)), max_size=5), st.text(alphabet='/*"\\ab\n', max_size=30))
def test_texts_put_together_hold_all_their_modules(names: list[str], noise: str) -> None:
    text = f"\n/*{noise.replace('*/', '')}*/\n".join(EXAMPLES[name]["verilog"] for name in names)
    assert module_names(text) == [n for name in names for n in module_names(EXAMPLES[name]["verilog"])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("module a; endmodule", [("module", "a", True, False)]),
        ("module a(input x); endmodule", [("module", "a", True, True)]),
        ("module a(); endmodule", [("module", "a", True, False)]),
        ("module a( /* none */ ); endmodule", [("module", "a", True, False)]),
        ("module a #(parameter W = (1+2)) (input x); endmodule", [("module", "a", True, True)]),
        ("module a #(parameter W = 1) (); endmodule", [("module", "a", True, False)]),
        (
            "module a import p::*, q::f; #(parameter W = 1) (input x); endmodule",
            [("module", "a", True, True)],
        ),
        ("macromodule a(x); endmodule", [("module", "a", True, True)]),
        ("module automatic a(x); endmodule", [("module", "a", True, True)]),
        ("module \\a-b (x); endmodule", [("module", "\\a-b", True, True)]),
        ("module // name\n a /* ports */ (x); endmodule", [("module", "a", True, True)]),
        ("module a(input x", [("module", "a", False, True)]),
        ("module a", [("module", "a", False, False)]),
        ("// module a(x); endmodule", []),
        ('initial $display("module a(x); endmodule");', []),
        ("/* module a(x); endmodule", []),
        ("mymodule a(x); endmodule", []),
        ("`module a(x); endmodule", []),
        ("endmodule endmodule", []),
        ("The module works. A module is small.", []),
        ("package p; endpackage", [("package", "p", True, False)]),
        ("primitive u(o, i); endprimitive", [("primitive", "u", True, True)]),
        ("program t; endprogram", [("program", "t", True, False)]),
        ("module m(interface.mp a, interface b); endmodule", [("module", "m", True, True)]),
    ],
)
def test_units(text: str, expected: list[tuple[str, str, bool, bool]]) -> None:
    assert [(u.kind, u.name, u.complete, u.has_ports) for u in units(text)] == expected


def test_the_label_belongs_to_the_unit_only_under_its_own_name() -> None:
    text = "module a; endmodule : a\nmodule b; endmodule : note"
    assert [text[u.start : u.end] for u in units(text)] == ["module a; endmodule : a", "module b; endmodule"]


def test_nested_units_know_their_parent_and_an_unclosed_one_stays_open() -> None:
    outer, inner = units("module a(x);\nmodule b(y);\nendmodule")
    assert (outer.name, outer.complete, outer.depth) == ("a", False, 0)
    assert (inner.name, inner.complete, inner.depth) == ("b", True, 1)


def test_an_end_keyword_of_another_kind_closes_nothing() -> None:
    (unit,) = units("module a(x); endpackage")
    assert not unit.complete


@pytest.mark.parametrize(
    "unit",
    ["module a(", "module a;", "module a import ", "module a #(", "/*", "module a//(\n(", "module a((x)\n"],
)
def test_a_hostile_megabyte_is_read(unit: str) -> None:
    assert len(units(unit * (1_000_000 // len(unit)))) in (0, 1_000_000 // len(unit))
