"""How far a proof goes: pairs of designs that do the same, of growing size, beside yosys' `equiv_induct`.

    python benchmarks/scaling.py [--only fifo] [--limit 10] [--no-yosys]

For each pair: the answer, the engine, wall seconds (the reference's own proof counted in), and what
`equiv_make; equiv_simple -undef; equiv_induct -undef` of yosys proves in 60 CPU seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rtlglot.checks import CHECKS
from rtlglot.records import Context
from rtlglot.sandbox import open_box

_YOSYS = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in sys.argv[1:]:
    libyosys.run_pass(command, design)
"""


def pairs() -> Iterator[tuple[str, str, str]]:
    """Name, reference and candidate."""
    for bits in (64, 256, 512):
        head = f"module m(input clk, rst, en, output reg [{bits - 1}:0] q);\nalways @(posedge clk) "
        yield (
            f"counter {bits}",
            f"{head}if (rst) q <= 0; else if (en) q <= q + 1;\nendmodule\n",
            f"{head}q <= rst ? 0 : q + en;\nendmodule\n",
        )
    for words in (16, 256, 1024):
        yield f"fifo {words}x8, another count", _fifo(words, "sum"), _fifo(words, "case")
    for words in (4, 16, 64, 1024):
        yield f"fifo {words}x8, another encoding", _fifo(words, "sum"), _wrapping(words)
    for bits in (8, 12, 16):
        yield f"multiplier {bits}x{bits}, rows", _product(bits), _rows(bits)
    yield "register file 32x32", _registers("r1 == 0 ? 0 : x[r1]"), _registers("x[r1] & {32{r1 != 0}}")


_COUNT = {
    "sum": "count <= count + push - pop;",
    "case": "case ({push, pop}) 2'b10: count <= count + 1; 2'b01: count <= count - 1; default: ; endcase",
}
_FIFO = "module m(input clk, rst, wr, rd, input [7:0] d, output [7:0] q, output full, empty);\n"


def _fifo(words: int, count: str) -> str:
    top = words.bit_length() - 1
    return f"""{_FIFO}reg [7:0] mem [0:{words - 1}]; reg [{top - 1}:0] wp, rp; reg [{top}:0] count;
assign full = count == {words}; assign empty = count == 0; assign q = mem[rp];
wire push = wr & ~full, pop = rd & ~empty;
always @(posedge clk) begin
  if (push) mem[wp] <= d;
  if (rst) begin wp <= 0; rp <= 0; count <= 0; end
  else begin if (push) wp <= wp + 1; if (pop) rp <= rp + 1; {_COUNT[count]} end
end
endmodule
"""


def _wrapping(words: int) -> str:
    top = words.bit_length() - 1
    return f"""{_FIFO}reg [7:0] mem [0:{words - 1}]; reg [{top}:0] wp, rp;
assign empty = wp == rp; assign full = wp == {{~rp[{top}], rp[{top - 1}:0]}}; assign q = mem[rp[{top - 1}:0]];
wire push = wr & ~full, pop = rd & ~empty;
always @(posedge clk) begin
  if (push) mem[wp[{top - 1}:0]] <= d;
  if (rst) begin wp <= 0; rp <= 0; end
  else begin wp <= wp + push; rp <= rp + pop; end
end
endmodule
"""


def _product(bits: int) -> str:
    ports = f"input [{bits - 1}:0] a, b, output [{2 * bits - 1}:0] p"
    return f"module m({ports});\nassign p = a * b;\nendmodule\n"


def _rows(bits: int) -> str:
    ports = f"input [{bits - 1}:0] a, b, output reg [{2 * bits - 1}:0] p"
    loop = f"for (i = 0; i < {bits}; i = i + 1) if (b[i]) p = p + (a << i);"
    return f"module m({ports});\ninteger i;\nalways @* begin p = 0; {loop} end\nendmodule\n"


def _registers(read: str) -> str:
    ports = "input clk, we, input [4:0] rd, r1, input [31:0] d, output [31:0] q"
    return f"""module m({ports});
reg [31:0] x [0:31];
always @(posedge clk) if (we && rd != 0) x[rd] <= d;
assign q = {read};
endmodule
"""


def theirs(reference: str, candidate: str) -> str:
    """What yosys' own engine proves."""
    with tempfile.TemporaryDirectory() as folder:
        commands = []
        for name, text in (("gold", reference), ("gate", candidate)):
            Path(folder, f"{name}.v").write_text(text)
            commands += [f"read_verilog -sv {name}.v", f"rename m {name}"]
        commands += ["proc", "memory", "opt", "equiv_make gold gate both", "hierarchy -top both"]
        commands += ["equiv_simple -undef", "equiv_induct -undef", "equiv_status -assert"]
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", _YOSYS, *commands],
            cwd=folder,
            capture_output=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 61)),
        )
        answer = "equivalent" if not done.returncode else "not proved"
        return f"{answer} {time.monotonic() - start:.1f} s"


async def measure(options: argparse.Namespace) -> None:
    """Ask and print, pair after pair."""
    check = CHECKS.load("equivalence")({"limit_s": options.limit})
    print("| pair | answer | engine | wall s | equiv_induct |\n|---|---|---|---|---|")
    async with open_box() as box:
        for name, reference, candidate in pairs():
            if options.only not in name:
                continue
            start = time.monotonic()
            found = await check.check(candidate, Context(reference=reference), box)
            wall = time.monotonic() - start
            other = "" if options.no_yosys else theirs(reference, candidate)
            engine = found.data.get("engine", "")
            print(f"| {name} | {found.status.value} | {engine} | {wall:.1f} | {other} |", flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="part of the names of the pairs")
    parser.add_argument("--limit", type=float, default=10.0, help="CPU seconds of the solvers")
    parser.add_argument("--no-yosys", action="store_true")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
