"""Real designs: what the ladder refuses, what the proof leaves open, and what it costs.

    python benchmarks/benchls.py --data dev.jsonl [--sample 50] [--only ladder self renamed netlist
                                 rewrite mutants] [--ids ID…] [--workers 1] [--save FILE] [--show 40]

The data is RTL-BenchLS as JSON lines with `id`, `top` and `verilog`. `ladder` climbs the default
ladder. The others hold a design as its own reference against: `self`, its own text; `renamed`, a copy
with other inner names, layout and no comments; `netlist`, the gates that yosys makes of it; `rewrite`,
what yosys writes after proc and opt; `mutants`, three copies with one small change whose simulation in
Icarus Verilog differs. What yosys writes and Icarus Verilog plays otherwise than the design is no copy and is
counted apart (`no copy`). Seconds are CPU seconds of the tools, the reference's share counted in the first
kind that is asked. With `--save` a run that was ended goes on. Ends with 1 where an equal copy is called
different or a mutant equivalent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import played

from rtlglot.checks import CHECKS
from rtlglot.checks.ladder import asking, climb, ladder
from rtlglot.records import Context, Json, Verdict
from rtlglot.sandbox import NOTHING, BoxResult, ForkBox, Permit
from rtlglot.tools.slang.plain import latches_allowed
from rtlglot.tools.slang.source import read_source
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.mutations import mutants
from rtlglot.verilog.tokens import Kind, code_tokens, tokens

DATA = Path(__file__).parents[2] / "shared" / "data" / "benchls" / "dev.jsonl"
COPIES = ("self", "renamed", "netlist", "rewrite")
SIZES = (20, 50, 100, 1 << 30)
"""Lines of the designs whose times are told together, at most."""
_MACRO = ("`define", "`undef", "`ifdef", "`ifndef", "`elsif")
_YOSYS = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in sys.argv[1:]:
    libyosys.run_pass(command, design)
"""
_THREE_STATE = """
module \\$_TBUF_ (input A, input E, output Y);
  assign Y = E ? A : 1'bz;
endmodule
"""
"""What is no Verilog as yosys writes it."""
SPENT: ContextVar[list[float]] = ContextVar("spent")
"""CPU seconds of what a MeteredBox was asked."""


class MeteredBox(ForkBox):
    """A box that adds up the CPU seconds of each asking, every text in a child of its own."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers=workers, share=False)

    async def run(
        self, tool: str, arguments: Mapping[str, Json], *, cpu_s: float, permit: Permit = NOTHING
    ) -> BoxResult:
        """See Box.run."""
        result = await super().run(tool, arguments, cpu_s=cpu_s, permit=permit)
        SPENT.get([]).append(result.cpu_s)
        return result


@dataclass
class Asked:
    """One candidate of one design, and the answer."""

    design: str
    kind: str
    lines: int
    text: str
    status: str = ""
    cause: str = ""
    cpu_s: float = 0.0
    data: dict[str, Json] = field(default_factory=dict)

    @property
    def wrong(self) -> bool:
        """Whether this answer must not be."""
        return self.status == "equivalent" if self.kind == "mutants" else self.status == "different"


class Kept:
    """The answers in a file, one line for all about a design's candidates of one kind."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path and path.exists() else []
        self._answers = {(id_, kind): answers for id_, kind, answers in map(json.loads, lines)}

    def answers(self, id_: str, kind: str) -> list[Asked] | None:
        """What an earlier run was told; None where it did not ask."""
        known = self._answers.get((id_, kind))
        return None if known is None else [Asked(**one) for one in known]

    def keep(self, id_: str, kind: str, answers: Sequence[Asked]) -> None:
        """For a later run."""
        if self._path:
            with self._path.open("a") as file:
                file.write(json.dumps([id_, kind, [one.__dict__ for one in answers]]) + "\n")


def renamed(text: str, top: str) -> str:
    """A copy with other names for all but the top's ports, what is not in the text, and macros."""
    source = read_source(text, "sv2017", top=top)
    kept = {port.name for one in source.tops if one.name == top for port in one.ports} | {top}
    said = " ".join(str(problem["message"]) for problem in source.problems)
    missing = {*source.unknown, *re.findall(r"'(\w+)'", said)}
    parts, before = [], ""
    for token in tokens(text):
        if token.kind in (Kind.SPACE, Kind.COMMENT):
            parts.append("\n" if "\n" in token.text else " ")
            continue
        ours = token.kind is Kind.NAME and token.text not in KEYWORDS and token.text not in kept | missing
        foreign = before in ("`define", "`undef", "`ifdef", "`ifndef", "`elsif") or (
            missing and before == "."
        )
        parts.append(f"{token.text}_other" if ours and not foreign else token.text)
        before = token.text
    return "".join(parts)


def written(text: str, top: str, commands: Sequence[str]) -> str:
    """What yosys writes of a design after these commands; '' where it cannot."""
    with tempfile.TemporaryDirectory() as folder:
        # from always_comb with an incomplete assignment yosys would make a loop instead of a latch
        source = read_source(text, "sv2017", top=top)
        Path(folder, "design.sv").write_text(latches_allowed(source.plain))
        Path(folder, "three_state.v").write_text(_THREE_STATE)
        for read in ("read_verilog -sv design.sv", f"read_slang --top {top} design.sv"):
            steps = [read, f"hierarchy -top {top}", *commands, "write_verilog -noattr written.v"]
            subprocess.run(
                [sys.executable, "-c", _YOSYS, *steps], cwd=folder, capture_output=True, check=False
            )
            if Path(folder, "written.v").exists():
                found = Path(folder, "written.v").read_text()
                # of an empty module it writes nothing, of an inout port something else
                if any(token.text == "module" for token in code_tokens(found)):
                    again = read_source(found, "sv2017", top=top)
                    # an empty module of an instance is missing then
                    if not again.problems and set(again.unknown) <= set(source.unknown):
                        return found
    return ""


def killed(text: str, top: str, most: int) -> Iterator[str]:
    """Mutants whose simulation differs from the design's."""
    face = played.face_of(text, top)
    if face is None:
        return
    steps = played.stimuli(face, 300)
    right = played.play(text, face, steps, "icarus")
    for mutant in mutants(text, most=most * 4) if right else ():
        other = played.play(mutant.text, face, steps, "icarus")
        if other is not None and played.first_difference(right or (), other) is not None:
            yield mutant.text
            most -= 1
            if not most:
                return


def _apart(text: str, copy: str, top: str) -> bool:
    """Whether a simulation shows a 0 for a 1, or the other way round."""
    face = played.face_of(text, top)
    sides = (
        [played.play(one, face, played.stimuli(face, 2000), "icarus") for one in (text, copy)] if face else []
    )
    return None not in sides and any(
        {a, b} == {"0", "1"} for pair in zip(*sides, strict=False) for a, b in zip(*pair, strict=False)
    )


def candidates(row: Mapping[str, str], kind: str) -> list[str]:
    """The texts that are held against a design."""
    text, top = row["verilog"], row["top"]
    if kind == "mutants":
        return list(killed(text, top, 3))
    gates = ("proc", "flatten", "synth -noabc", "techmap -map three_state.v", "clean")
    make: dict[str, Callable[[], str]] = {
        "ladder": lambda: text,
        "self": lambda: text,
        "renamed": lambda: renamed(text, top),
        "netlist": lambda: written(text, top, gates),
        "rewrite": lambda: written(text, top, ("proc", "opt", "clean")),
    }
    return [one for one in (make[kind](),) if one]


async def ask(row: Mapping[str, Any], kind: str, box: ForkBox, check: Any, rungs: Any) -> list[Asked]:
    """All answers about one design's candidates of one kind."""
    asked = []
    for text in await asyncio.to_thread(candidates, row, kind):
        one = Asked(row["id"], kind, row["verilog"].count("\n") + 1, text)
        SPENT.set(spent := [])
        if kind == "ladder":
            context = Context(top=row["top"], parts_elsewhere=True)
            verdicts = await climb(rungs, context, asking(text, context, box))
            last = [verdict for verdict in verdicts if verdict.status != "skipped"][-1]
        else:
            last = await check.check(text, Context(reference=row["verilog"], top=row["top"]), box)
        one.status, one.cause, one.cpu_s = str(last.status.value), _cause(last), sum(spent)
        if kind in COPIES and one.wrong and await asyncio.to_thread(_apart, row["verilog"], text, row["top"]):
            one.status = "no copy"
        one.data = {name: value for name, value in last.data.items() if name != "trace"}
        asked.append(one)
    return asked


def _cause(verdict: Verdict) -> str:
    said = str(verdict.data.get("what") or "; ".join(f.message for f in verdict.findings[:1]))
    return f"{verdict.check}: " + re.sub(r"'[^']*'|\d+", "…", said)[:110]


def show(kind: str, asked: Sequence[Asked], without: int, most: int) -> None:
    """The table of one kind."""
    print(f"\n{kind}: {sum(one.status == 'no copy' for one in asked)} are no copies")
    asked = [one for one in asked if one.status != "no copy"]
    counts = Counter(one.status for one in asked)
    told = ", ".join(f"{status} {count} ({count / len(asked):.1%})" for status, count in counts.most_common())
    print(f"{kind}: {len(asked)} asked, {without} designs without a candidate: {told}")
    for size, smaller in zip(SIZES, (0, *SIZES), strict=False):
        times = sorted(one.cpu_s for one in asked if smaller < one.lines <= size)
        if times:
            p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
            name = f"to {size} lines" if size < SIZES[-1] else "longer"
            print(f"  {name:<14} {len(times):>5}  CPU s p50 {p50:.2f}, p95 {p95:.2f}, most {times[-1]:.1f}")
    good = ("different",) if kind == "mutants" else ("pass", "equivalent")
    causes: dict[str, list[str]] = defaultdict(list)
    for one in asked:
        if one.status not in good:
            causes[f"{one.status} · {one.cause}"].append(one.design)
    for cause, designs in sorted(causes.items(), key=lambda item: -len(item[1]))[:most]:
        print(f"  {len(designs):>4} {cause}  [{' '.join(designs[:4])}]")


async def measure(options: argparse.Namespace, rows: Sequence[Mapping[str, Any]]) -> list[Asked]:
    """Ask and print, kind after kind."""
    check, rungs = CHECKS.load("equivalence")({}), ladder("default")
    gate, done, kept = asyncio.Semaphore(options.workers), [], Kept(options.save)

    async def guarded(row: Mapping[str, Any], kind: str) -> list[Asked]:
        async with gate:
            if (known := kept.answers(row["id"], kind)) is None:
                kept.keep(row["id"], kind, known := await ask(row, kind, box, check, rungs))
            return known

    async with MeteredBox(options.workers) as box:
        for kind in options.only:
            answers = await asyncio.gather(*(guarded(row, kind) for row in rows))
            asked = [one for several in answers for one in several]
            if asked:
                show(kind, asked, sum(not several for several in answers), options.show)
            done += asked
    return done


def main() -> int:
    """Read and measure."""
    options = _arguments()
    rows = [json.loads(line) for line in options.data.read_text().splitlines()]
    if options.ids:
        rows = [row for row in rows if row["id"] in options.ids]
    elif options.sample:
        # evenly over the sizes
        rows.sort(key=lambda row: (row["verilog"].count("\n"), row["id"]))
        rows = rows[:: max(1, len(rows) // options.sample)]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{len(rows)} designs, {os.cpu_count()} cores, load {load}")
    done = asyncio.run(measure(options, rows))
    wrong = [one for one in done if one.wrong and one.kind != "ladder"]
    for one in wrong:
        print(f"WRONG {one.design} ({one.kind}): {one.status}")
    return bool(wrong)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sample", type=int, default=50, help="designs; 0 is all")
    parser.add_argument("--ids", nargs="+")
    parser.add_argument("--only", nargs="+", default=["ladder", *COPIES, "mutants"])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--save", type=Path, help="JSONL file with every answer; what it holds is not asked")
    parser.add_argument("--show", type=int, default=40, help="causes shown of each kind")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
