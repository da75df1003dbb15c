"""`rtlglot check rtl/`: the files of a project, of which none stands alone, each told what it lacks."""

from __future__ import annotations

from tests.acceptance.conftest import Shell

USE_PACKAGE = """\
module state{n} import types_pkg::*; (input logic clk, rst, go, output state_t s);
  always_ff @(posedge clk)
    if (rst) s <= IDLE;
    else if (go) s <= s == IDLE ? RUN : IDLE;
endmodule
"""
USE_SCOPE = """\
module scoped{n}(input types_pkg::byte_t a, output types_pkg::byte_t y);
  for (genvar i = 0; i < types_pkg::WIDTH; i++) assign y[i] = types_pkg::mix(a)[i];
endmodule
"""
USE_FIELDS = """\
import types_pkg::*;
module fields{n}(input clk, input request_t [3:0] r, output answer_t [3:0] s);
  localparam answer_t NONE = '{{data: 0, good: 1}};
  always_ff @(posedge clk) foreach (s[i]) s[i] <= r[i].valid ? answer_t'(r[i].address) : NONE;
endmodule
"""
USE_INTERFACE = """\
module source{n}(bus_if.source b, input logic rst);
  always_ff @(posedge b.clk) if (rst) b.data <= 0; else if (b.ready) b.data <= b.data + {n};
endmodule
"""
MAKE_INTERFACE = """\
module wires{n}(input logic clk, rst, output logic [7:0] seen);
  bus_if #(.WIDTH(8)) link(.clk(clk));
  source1 from(.b(link), .rst(rst));
  assign seen = link.data;
endmodule
"""
USE_INCLUDE = """\
`include "sizes.vh"
module sized{n}(input clk, input [`WIDTH-1:0] d, output reg [`WIDTH-1:0] q);
  always @(posedge clk) `ifdef DELAYED q <= #1 d; `else q <= d + `START({n}); `endif
endmodule
"""
INCLUDE_BODY = 'module body{n}(input clk, input d, output reg q);\n`include "project/body.vh"\nendmodule\n'
USE_MODULES = """\
module pair{n}(input [7:0] a, b, output [7:0] y);
  wire [7:0] t;
  leaf #(.W(8), .N({n})) one(.a(a), .b(b), .y(t));
  other two(a, t, y);
endmodule
"""
KINDS = {
    USE_PACKAGE: ("types_pkg",),
    USE_SCOPE: ("types_pkg",),
    USE_FIELDS: ("types_pkg",),
    USE_INTERFACE: ("bus_if",),
    MAKE_INTERFACE: ("bus_if", "source1"),
    USE_INCLUDE: ("sizes.vh",),
    INCLUDE_BODY: ("body.vh",),
    USE_MODULES: ("leaf", "other"),
}
"""A file, and what it lacks."""
PARTS = {
    "types_pkg.sv": "package types_pkg;\n  typedef enum logic {IDLE, RUN} state_t;\nendpackage\n",
    "bus_if.sv": "interface bus_if #(parameter WIDTH = 8)(input logic clk);\n  logic ready;\nendinterface\n",
}
WHOLE = """\
module leaf #(parameter W = 2, N = 1)(input [W-1:0] a, b, output [W-1:0] y);
  assign y = a + b;
endmodule
"""
RUNGS = {"screen", "syntax", "elaborate", "synth"}


def project() -> dict[str, tuple[str, tuple[str, ...]]]:
    """51 files: path -> text, what it lacks."""
    files = {
        f"block{n}/part{k}.sv": (text.format(n=n), missing)
        for n in range(1, 7)
        for k, (text, missing) in enumerate(KINDS.items())
    }
    files |= {f"common/{name}": (text, ()) for name, text in PARTS.items()}
    return files | {"common/leaf.v": (WHOLE, ())}


def test_each_file_of_a_folder_says_what_it_lacks_and_none_is_refused(shell: Shell) -> None:
    files = project()
    for path, (text, _) in files.items():
        (shell.folder / "rtl" / path).parent.mkdir(parents=True, exist_ok=True)
        (shell.folder / "rtl" / path).write_text(text)
    shell.rtlglot("check", "rtl", "-o", "verdicts.jsonl")
    rows = {row["id"]: row for row in shell.lines("verdicts.jsonl")}
    assert len(rows) == len(files) > 50
    for path, (_, missing) in files.items():
        row = rows[path]
        assert row["status"] == "accepted", path
        assert set(row["verdicts"]) == RUNGS
        statuses = {rung: verdict["status"] for rung, verdict in row["verdicts"].items()}
        assert set(statuses.values()) <= {"pass", "incomplete"}, (path, statuses)
        if path == "common/leaf.v":
            assert set(statuses.values()) == {"pass"}
            continue
        assert statuses["elaborate"] == statuses["synth"] == "incomplete", path
        for rung, verdict in row["verdicts"].items():
            if verdict["status"] == "incomplete":
                said = " ".join(finding["message"] for finding in verdict["findings"])
                assert all(name in said for name in missing), (path, rung, said)
