"""Random interfaces, told in several ways: what is true raises no error, what is false does, and no
text whatever makes a check raise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rtlglot.checks.fidelity.judge import judge
from rtlglot.checks.wording import Wording
from rtlglot.records import Context, Severity
from rtlglot.verilog.facts import Clocking, Edges, Facts, Force
from rtlglot.verilog.interface import ModuleInterface, Parameter, Port

NAMES = """
    clk rst_n en d q a b c x y in out data valid ready sel addr din dout carry count state result value
    x1 in0 out2 s_axis_tdata wr_en DATA_IN dataOut empty full overflow start done busy zero sum load
""".split()
ports = st.builds(
    lambda name, direction, width: Port(
        name, direction, width, None if width == 1 else width - 1, None if width == 1 else 0
    ),
    st.sampled_from(NAMES),
    st.sampled_from(["input", "output"]),
    st.sampled_from([1, 1, 1, 2, 3, 4, 8, 10, 16, 24, 32, 64, 128]),
)
interfaces = st.lists(ports, min_size=1, max_size=8, unique_by=lambda port: port.name.lower())


def facts(found: list[Port]) -> Facts:
    interface = ModuleInterface("widget7", tuple(found), (Parameter("DEPTH", "16"),))
    clocking = Clocking(4, 0, (), {"clk": Edges(4, 0)}, 0, {"rst_n": Force(4, 0, 0, 0)})
    names = frozenset(port.name for port in found) | {"widget7", "DEPTH"}
    return Facts(interface, {"widget7": interface}, {port.name: port for port in found}, names, (), clocking)


def bits(port: Port) -> str:
    return "1 bit" if port.width == 1 else f"{port.width} bits"


def split(found: list[Port]) -> list[tuple[str, list[Port]]]:
    ways = (
        ("Input", [p for p in found if p.direction == "input"]),
        ("Output", [p for p in found if p.direction == "output"]),
    )
    return [(way, some) for way, some in ways if some]


def in_sentences(found: Any) -> Any:
    return " ".join(f"The {p.width}-bit {p.direction} {p.name} is used." for p in found)


def in_lists(found: Any) -> Any:
    return " ".join(
        f"{way}s: " + ", ".join(f"{p.width}-bit {p.name}" for p in some) + "." for way, some in split(found)
    )


def in_brackets(found: Any) -> Any:
    return " ".join(
        f"{way}s: " + ", ".join(f"{p.name} ({bits(p)})" for p in some) + "." for way, some in split(found)
    )


def in_bullets(found: Any) -> Any:
    return "\n".join(f"- {p.direction} {p.name} ({bits(p)})" for p in found)


def in_headed_lines(found: Any) -> str:
    return "\n".join(
        f"{way} ports:\n"
        + "\n".join(f"    {p.name}[{(p.width or 1) - 1}:0]: something about it." for p in some)
        for way, some in split(found)
    )


def in_a_table(found: Any) -> Any:
    rows = "\n".join(f"| `{p.name}` | {p.direction} | {p.width} | what it is for |" for p in found)
    return f"| Port | Direction | Width | Use |\n|---|---|---|---|\n{rows}"


def in_verilog(found: Any) -> Any:
    return "module widget7(" + ", ".join(f"{p.direction} [{p.width - 1}:0] {p.name}" for p in found) + ");"


def behind_the_names(found: Any) -> Any:
    return " ".join(f"`{p.name}` is a {p.width}-bit {p.direction}." for p in found)


WAYS = (
    in_sentences,
    in_lists,
    in_brackets,
    in_bullets,
    in_headed_lines,
    in_a_table,
    in_verilog,
    behind_the_names,
)
ways = st.sampled_from(WAYS)
meant = st.sampled_from([way for way in WAYS if way is not in_sentences])
"""Where even a port that is called `data` is surely meant."""


def errors(text: str, found: list[Port]) -> list[str]:
    verdict = judge(text, facts(found), Context(field="description", reference="module"))
    return [f"{one.code}: {one.message}" for one in verdict.findings if one.severity is Severity.ERROR]


@settings(max_examples=300, deadline=None)
@given(interfaces, ways)
def test_what_is_true_raises_no_error(found: Any, way: Any) -> None:
    assert errors(f"Write widget7.\n\n{way(found)}\n", found) == []


@settings(max_examples=200, deadline=None)
@given(interfaces, meant, st.integers(1, 40))
def test_another_width_is_an_error(found: Any, way: Any, more: Any) -> None:
    told = [replace(found[0], width=found[0].width + more), *found[1:]]
    assert any(code.startswith(("port-width", "no-such-bit")) for code in errors(way(told), found))


@settings(max_examples=200, deadline=None)
@given(interfaces, meant)
def test_the_other_direction_is_an_error(found: Any, way: Any) -> None:
    other = {"input": "output", "output": "input"}
    told = [replace(found[0], direction=other[found[0].direction]), *found[1:]]
    assert any(code.startswith("port-direction") for code in errors(way(told), found))


@settings(max_examples=200, deadline=None)
@given(interfaces, ways)
def test_a_port_more_is_an_error(found: Any, way: Any) -> None:
    told = [*found, Port("spare_flag", "input", 2, 1, 0)]
    assert any(code.startswith("no-such") and "spare_flag" in code for code in errors(way(told), found))


FRAGMENTS = """
    input inputs output outputs the a an and or , . : ; ( ) [7:0] [3] - | ` ** " ' \n \n\n 8 -bit bits
    wide each all is are clk rst_n d q data reset resets asynchronous synchronous active low high rising
    edge of parameter default DEPTH = 16 module endmodule ``` no without clock combinational widget7 words
    deep I cannot Here Sure! { } <think> assign always @ ; \n-\n e.g. \\ \u2026 \u00e9 0x1F 8'hFF
""".split(" ")


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=80), st.sampled_from(["", " "]), interfaces)
def test_no_text_makes_a_check_raise(pieces: Any, glue: Any, found: Any) -> None:
    text = glue.join(pieces)
    for field in ("description", "instruction", "notes"):
        context = Context(field=field, reference="module widget7(input d); endmodule")
        for verdict in (judge(text, facts(found), context), Wording({}).judge(text, context)):
            assert all("\n" not in one.message for one in verdict.findings)
            assert all((one.line is None) == (one.column is None) for one in verdict.findings)


@given(st.text(max_size=200))
def test_no_characters_make_a_check_raise(text: str) -> None:
    context = Context(field="description", reference="module widget7(input d); endmodule")
    judge(text, facts([Port("d", "input", 1)]), context)
    leak = Wording({}).judge(text, context).data["leak"]
    assert 0 <= leak <= 1
