"""What slang and yosys find in a reference, in a real box."""

from __future__ import annotations

from typing import Any

import pytest

from rtlglot.checks.facts import FactsReader
from rtlglot.sandbox import open_box
from rtlglot.verilog.facts import Edges, Force

RESET = {
    "async low": (
        "input clk, r",
        "always @(posedge clk or negedge r) if (!r) q <= 0; else q <= d;",
        "r",
        "a",
        "low",
    ),
    "async high": (
        "input clk, r",
        "always @(posedge clk or posedge r) if (r) q <= 3; else q <= d;",
        "r",
        "a",
        "high",
    ),
    "sync high": ("input clk, r", "always @(posedge clk) if (r) q <= 0; else q <= d;", "r", "s", "high"),
    "sync low, inverted": (
        "input clk, r",
        "wire n = ~r; always @(posedge clk) if (n) q <= 0; else q <= d;",
        "r",
        "s",
        "low",
    ),
    "sync among conditions": (
        "input clk, r",
        "always @(posedge clk) if (r || q == 9) q <= 0; else q <= q + 1;",
        "r",
        "s",
        "high",
    ),
    "sync behind an enable": (
        "input clk, r",
        "always @(posedge clk) begin if (d[0]) q <= d; if (r) q <= 5; end",
        "r",
        "s",
        "high",
    ),
    "async through a gate": (
        "input clk, r, input e",
        "wire x = r & e; always @(posedge clk or negedge x) if (!x) q <= 0; else q <= d;",
        "r",
        "a",
        "low",
    ),
    "in a case": (
        "input clk, r",
        "always @(posedge clk) case (r) 1'b0: q <= 0; default: q <= d; endcase",
        "r",
        "s",
        "low",
    ),
    "sync, loads a seed": (
        "input clk, r, e",
        "always @(posedge clk) begin if (e) q <= {q[2:0], ^q}; if (!r) q <= ~d; end",
        "r",
        "s",
        "low",
    ),
    "sync, loads through arithmetic": (
        "input clk, r",
        "always @(posedge clk) if (r) q <= d * 3; else q <= q + d;",
        "r",
        "s",
        "high",
    ),
}


@pytest.fixture
async def read() -> Any:
    async with open_box(workers=1) as box:
        reader = FactsReader()

        async def facts(text: str, standard: Any = "sv2017") -> Any:
            return await reader(text, standard, box)

        yield facts


def design(ports: Any, body: str) -> Any:
    return f"module m({ports}, input [3:0] d, output reg [3:0] q); {body} endmodule"


@pytest.mark.parametrize("kind", RESET)
async def test_resets_are_seen_through_logic(read: Any, kind: str) -> None:
    ports, body, name, synchrony, active = RESET[kind]
    facts = await read(design(ports, body))
    force = facts.clocking.forces[name]
    assert force.active == active
    assert (force.asynchronous, force.synchronous) == ((4, 0) if synchrony == "a" else (0, 4))


@pytest.mark.parametrize(
    "body", ["always @(posedge clk) if (r) q <= d;", "always @(posedge clk) q <= {3'd0, r};"]
)
async def test_an_enable_and_a_data_input_are_no_resets(read: Any, body: str) -> None:
    force = (await read(design("input clk, r", body))).clocking.forces.get("r")
    assert force is None or force.asynchronous == 0
    assert force is None or force.synchronous < 4


@pytest.mark.parametrize(
    ("body", "edges"),
    [
        ("always @(posedge clk) q <= d;", Edges(4, 0)),
        ("always @(negedge clk) q <= d;", Edges(0, 4)),
        ("wire n = !clk; always @(posedge n) q <= d;", Edges(0, 4)),
        ("always @(posedge clk) q[1:0] <= d; always @(negedge clk) q[3:2] <= d;", Edges(2, 2)),
    ],
)
async def test_edges_are_those_at_the_input(read: Any, body: str, edges: Any) -> None:
    clocking = (await read(design("input clk", body))).clocking
    assert clocking.clocks == {"clk": edges}
    assert (clocking.flip_flops, clocking.inner_clocks, clocking.has_state) == (4, 0, True)


async def test_a_derived_clock_is_none_of_the_inputs(read: Any) -> None:
    body = "reg h; always @(posedge clk) h <= ~h; always @(posedge h) q <= d;"
    clocking = (await read(design("input clk", body))).clocking
    assert (clocking.inner_clocks, clocking.clocks) == (4, {"clk": Edges(1, 0)})


async def test_memories_latches_and_nothing(read: Any) -> None:
    memory = "reg [3:0] w [0:15]; always @(posedge clk) w[d] <= q; always @(*) q = w[d];"
    assert (await read(design("input clk", memory))).clocking.memories == ((16, 4),)
    assert (await read(design("input e", "always @(*) if (e) q = d;"))).clocking.latches == 4
    clocking = (await read(design("input e", "always @(*) q = d;"))).clocking
    assert not clocking.has_state


async def test_a_table_is_no_memory(read: Any) -> None:
    body = "always @(*) case (d) " + " ".join(f"{n}: q = {n * 7 % 16};" for n in range(16)) + " endcase"
    facts = await read(design("input e", body))
    assert (facts.clocking.memories, facts.clocking.has_state) == ((), False)


async def test_the_interface_is_the_elaborated_one(read: Any) -> None:
    facts = await read(
        """package p; typedef enum logic [1:0] {A, B} kind; endpackage
        module leaf #(parameter N = 2)(input [N-1:0] x); endmodule
        module top #(parameter W = 4, localparam V = W * 2, parameter [2:0] K = 3'd5)(
            input clk, input signed [W-1:0] a, output [1:V] b, input p::kind k, output logic u [0:2]);
            wire [9:0] inner; leaf #(3) l(a[2:0]);
        endmodule"""
    )
    ports = {port.name: port for port in facts.interface.ports}
    assert {name: port.width for name, port in ports.items()} == {"clk": 1, "a": 4, "b": 8, "k": 2, "u": None}
    assert (ports["b"].left, ports["b"].right, ports["b"].direction) == (1, 8, "output")
    assert [ports[name].parametric for name in ("clk", "a", "b")] == [False, True, True]
    assert ports["a"].signed
    assert {p.name: p.value for p in facts.interface.parameters} == {"W": "4", "K": "5"}
    assert facts.signals["inner"].width == 10
    assert set(facts.modules) == {"top", "leaf"}
    assert {"inner", "kind", "A", "l", "V"} <= facts.names


async def test_old_verilog_may_use_new_keywords_as_names(read: Any) -> None:
    facts = await read("module m(input bit, output reg logic); always @(bit) logic = bit; endmodule", "v2001")
    assert [port.name for port in facts.interface.ports] == ["bit", "logic"]


async def test_a_missing_module_leaves_the_interface(read: Any) -> None:
    facts = await read("module m(input [3:0] a, output y); elsewhere e(a, y); endmodule")
    assert facts.interface.ports[0].width == 4
    assert (facts.missing, facts.clocking) == (("elsewhere",), None)


async def test_a_broken_text_has_no_facts_but_a_reason(read: Any) -> None:
    facts = await read("module m(input a, output y); assign y = b; endmodule")
    assert facts.interface is None
    assert "'b'" in facts.trouble
    assert (await read("nothing")).interface is None


async def test_what_only_yosys_own_front_end_reads_is_read(read: Any) -> None:
    body = "always @(posedge clk) begin q = d; q <= d; end"
    assert (await read(design("input clk", body))).clocking.flip_flops == 4


async def test_what_no_front_end_reads_says_why(read: Any) -> None:
    facts = await read("module m(input [3:0] a, output reg [3:0] q); initial forever #5 q = ~q; endmodule")
    assert facts.interface is not None
    assert facts.clocking is None
    assert facts.trouble.startswith("yosys: ")


async def test_facts_are_remembered(read: Any) -> None:
    text = design("input clk", "always @(posedge clk) q <= d;")
    assert await read(text) is await read(text)


def test_a_force_at_both_levels_has_no_active_one() -> None:
    assert Force(2, 2, 0, 0).active is None
    assert Force(0, 0, 0, 0).active is None
    assert Force(0, 3, 5, 0).active == "high"
