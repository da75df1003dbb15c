"""How far a proof goes: pairs of designs that do the same, of growing size, beside yosys' `equiv_induct`.

    python benchmarks/scaling.py [--only fifo] [--limit 10] [--most 120] [--no-yosys] [--save FILE]

For each pair: the answer, the engine, CPU seconds (the reference's own proof counted in; after `--most` of
them nothing more is asked), and what `equiv_make; equiv_simple -undef; equiv_induct -undef` of yosys proves
in as many. With `--save` a run that was ended goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from benchls import SPENT, MeteredBox

from rtlglot.checks import CHECKS
from rtlglot.records import Context, Json
from rtlglot.sandbox import NOTHING, BoxResult, Ended, Permit

_YOSYS = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in sys.argv[1:]:
    libyosys.run_pass(command, design)
"""


class PatientBox(MeteredBox):
    """A box that asks nothing more once a pair has had its CPU seconds."""

    def __init__(self, most_s: float) -> None:
        super().__init__(workers=1)
        self._most_s = most_s

    async def run(
        self, tool: str, arguments: Mapping[str, Json], *, cpu_s: float, permit: Permit = NOTHING
    ) -> BoxResult:
        """See Box.run."""
        left = self._most_s - sum(SPENT.get([]))
        if left <= 0:
            return BoxResult(None, Ended.TIMEOUT, "the pair has had its CPU seconds")
        return await super().run(tool, arguments, cpu_s=min(cpu_s, left), permit=permit)


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
    for words in (4, 16, 64, 256, 1024):
        yield f"fifo {words}x8, another encoding", _fifo(words, "sum"), _wrapping(words)
    for bits in (8, 12, 16):
        yield f"multiplier {bits}x{bits}, rows", _product(bits), _rows(bits)
        yield f"multiplier {bits}x{bits}, rows of the other operand", _product(bits), _rows(bits, "a", "b")
    yield "register file 32x32", _registers("r1 == 0 ? 0 : x[r1]"), _registers("x[r1] & {32{r1 != 0}}")
    yield "uart, one-hot and counting down", _UART, _UART_ONE_HOT
    yield "sha-256, another ch, maj and counter", _sha(), _changed(_sha(), _SHA_OTHERWISE)
    yield "risc-v core, another alu and decoder", _CORE, _changed(_CORE, _CORE_OTHERWISE)


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


def _rows(bits: int, chosen: str = "b", added: str = "a") -> str:
    ports = f"input [{bits - 1}:0] a, b, output reg [{2 * bits - 1}:0] p"
    loop = f"for (i = 0; i < {bits}; i = i + 1) if ({chosen}[i]) p = p + ({added} << i);"
    return f"module m({ports});\ninteger i;\nalways @* begin p = 0; {loop} end\nendmodule\n"


def _registers(read: str) -> str:
    ports = "input clk, we, input [4:0] rd, r1, input [31:0] d, output [31:0] q"
    return f"""module m({ports});
reg [31:0] x [0:31];
always @(posedge clk) if (we && rd != 0) x[rd] <= d;
assign q = {read};
endmodule
"""


_UART = """module m(input clk, rst, start, input [7:0] d, output reg tx, output busy);
reg [1:0] state; reg [3:0] tick; reg [2:0] bit_; reg [7:0] kept;
assign busy = state != 0;
wire full = tick == 15;
always @(posedge clk)
  if (rst) begin state <= 0; tick <= 0; bit_ <= 0; tx <= 1; end
  else case (state)
    0: begin tx <= 1; tick <= 0; bit_ <= 0; if (start) begin kept <= d; state <= 1; end end
    1: begin tx <= 0; tick <= tick + 1; if (full) state <= 2; end
    2: begin
      tx <= kept[bit_]; tick <= tick + 1;
      if (full) begin bit_ <= bit_ + 1; if (bit_ == 7) state <= 3; end
    end
    3: begin tx <= 1; tick <= tick + 1; if (full) state <= 0; end
  endcase
endmodule
"""
_UART_ONE_HOT = """module m(input clk, rst, start, input [7:0] d, output reg tx, output busy);
reg idle, first, data, last; reg [3:0] left; reg [2:0] more; reg [7:0] kept;
assign busy = ~idle;
wire full = ~|left;
always @(posedge clk)
  if (rst) begin {idle, first, data, last} <= 4'b1000; left <= 15; more <= 7; tx <= 1; end
  else begin
    left <= idle ? 4'd15 : left - 4'd1;
    if (idle) begin
      tx <= 1; more <= 7; if (start) begin kept <= d; idle <= 0; first <= 1; end
    end
    if (first) begin tx <= 0; if (full) begin first <= 0; data <= 1; end end
    if (data) begin
      tx <= kept[7 - more];
      if (full) begin more <= more - 1; if (more == 0) begin data <= 0; last <= 1; end end
    end
    if (last) begin tx <= 1; if (full) begin last <= 0; idle <= 1; end end
  end
endmodule
"""
_SHA = """module m(input clk, rst, load, input [511:0] block, output reg [255:0] hash, output reg done);
reg [31:0] w [0:15]; reg [31:0] a, b, c, d, e, f, g, h; reg [6:0] round;
wire [31:0] s0 = {a[1:0], a[31:2]} ^ {a[12:0], a[31:13]} ^ {a[21:0], a[31:22]};
wire [31:0] s1 = {e[5:0], e[31:6]} ^ {e[10:0], e[31:11]} ^ {e[24:0], e[31:25]};
wire [31:0] ch = (e & f) ^ (~e & g);
wire [31:0] maj = (a & b) ^ (a & c) ^ (b & c);
reg [31:0] k;
always @* case (round[5:0]) TABLE endcase
wire [31:0] t1 = h + s1 + ch + k + w[0];
wire [31:0] t2 = s0 + maj;
wire [31:0] x = w[1], y = w[14];
wire [31:0] p0 = {x[6:0], x[31:7]} ^ {x[17:0], x[31:18]} ^ (x >> 3);
wire [31:0] p1 = {y[16:0], y[31:17]} ^ {y[18:0], y[31:19]} ^ (y >> 10);
integer i;
always @(posedge clk) begin
  done <= 0;
  if (rst) round <= 64;
  else if (load) begin
    round <= 0;
    for (i = 0; i < 16; i = i + 1) w[i] <= block[511 - 32 * i -: 32];
    {a, b, c, d, e, f, g, h} <= 256'h6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19;
  end else if (round < 64) begin
    {h, g, f, e, d, c, b, a} <= {g, f, e, d + t1, c, b, a, t1 + t2};
    for (i = 0; i < 15; i = i + 1) w[i] <= w[i + 1];
    w[15] <= p1 + w[9] + p0 + w[0];
    round <= round + 1;
    if (round == 63) done <= 1;
  end
  hash <= {a, b, c, d, e, f, g, h};
end
endmodule
"""
"""The 64 rounds of one block of SHA-256; who uses it adds the state before the block."""


def _sha() -> str:
    """With its table: the fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2)."""
    primes = islice((n for n in range(2, 400) if all(n % d for d in range(2, n))), 64)
    roots = (int(math.cbrt(prime) % 1 * 2**32) for prime in primes)
    return _SHA.replace("TABLE", " ".join(f"{n}: k = 32'h{root:08x};" for n, root in enumerate(roots)))


_SHA_OTHERWISE = {
    "(e & f) ^ (~e & g)": "g ^ (e & (f ^ g))",
    "(a & b) ^ (a & c) ^ (b & c)": "(a & b) | (c & (a | b))",
    "round < 64": "~round[6]",
    "h + s1 + ch + k + w[0]": "h + s1 + ch + (k + w[0])",
}
_CORE = """module m(input clk, rst, input [31:0] code, output reg [31:0] pc, output [31:0] out);
reg [31:0] x [0:7];
wire [31:0] one = x[code[17:15]], two = code[5] ? x[code[22:20]] : {{20{code[31]}}, code[31:20]};
wire branch = code[6:4] == 3'b110, writes = code[6:4] == 3'b001 || code[6:4] == 3'b011;
reg [31:0] sum;
always @*
  case (code[14:12])
    0: sum = code[30] & code[5] ? one - two : one + two;
    1: sum = one << two[4:0];
    2: sum = $signed(one) < $signed(two);
    3: sum = one < two;
    4: sum = one ^ two;
    5: sum = code[30] ? $signed(one) >>> two[4:0] : one >> two[4:0];
    6: sum = one | two;
    7: sum = one & two;
  endcase
wire taken = branch & (code[12] ? one != two : one == two);
integer i;
always @(posedge clk)
  if (rst) begin pc <= 0; for (i = 0; i < 8; i = i + 1) x[i] <= 0; end
  else begin
    pc <= taken ? pc + {{20{code[31]}}, code[7], code[30:25], code[11:8], 1'b0} : pc + 4;
    if (writes && code[9:7] != 0) x[code[9:7]] <= sum;
  end
assign out = sum;
endmodule
"""
"""Eight registers, the arithmetic of RV32I and two of its branches."""
_CORE_OTHERWISE = {
    "code[30] & code[5] ? one - two : one + two": (
        "one + (two ^ {32{code[30] & code[5]}}) + (code[30] & code[5])"
    ),
    "$signed(one) < $signed(two)": "one[31] ^ two[31] ? one[31] : one < two",
    "code[12] ? one != two : one == two": "code[12] ^ (one == two)",
    "code[6:4] == 3'b001 || code[6:4] == 3'b011": "~code[6] & code[4]",
    "writes && code[9:7] != 0": "writes & |code[9:7]",
}


def _changed(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def theirs(reference: str, candidate: str, most_s: int) -> str:
    """What yosys' own engine proves."""
    with tempfile.TemporaryDirectory() as folder:
        commands = []
        for name, text in (("gold", reference), ("gate", candidate)):
            Path(folder, f"{name}.v").write_text(text)
            commands += [f"read_verilog -sv {name}.v", f"rename m {name}"]
        commands += ["proc", "memory", "opt", "equiv_make gold gate both", "hierarchy -top both"]
        commands += ["equiv_simple -undef", "equiv_induct -undef", "equiv_status -assert"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-c", _YOSYS, *commands],
            cwd=folder,
            capture_output=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s + 1)),
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        ended = "proved" if not done.returncode else "not proved" if done.returncode > 0 else "no answer"
        return f"{ended} {spent:.1f} s"


async def measure(options: argparse.Namespace) -> None:
    """Ask and print, pair after pair."""
    check = CHECKS.load("equivalence")({"limit_s": options.limit})
    lines = options.save.read_text().splitlines() if options.save and options.save.exists() else []
    known = dict(map(json.loads, lines))
    print("| pair | answer | engine | CPU s | equiv_induct |\n|---|---|---|---|---|")
    async with PatientBox(options.most) as box:
        for name, reference, candidate in pairs():
            if options.only not in name:
                continue
            if name not in known:
                SPENT.set(spent := [])
                found = await check.check(candidate, Context(reference=reference), box)
                told = [found.status.value, found.data.get("engine", ""), f"{sum(spent):.1f}"]
                told.append("" if options.no_yosys else theirs(reference, candidate, options.most))
                known[name] = told
                if options.save:
                    with options.save.open("a") as file:
                        file.write(json.dumps([name, told]) + "\n")
            print(f"| {' | '.join([name, *known[name]])} |", flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="part of the names of the pairs")
    parser.add_argument("--limit", type=float, default=10.0, help="CPU seconds of the solvers")
    parser.add_argument("--most", type=int, default=120, help="CPU seconds of one pair")
    parser.add_argument("--no-yosys", action="store_true")
    parser.add_argument("--save", type=Path, help="JSONL file with every answer; what it holds is not asked")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
