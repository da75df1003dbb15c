"""What the check `synth` costs on real designs, beside an earlier commit of this repository, in one run.

    python benchmarks/real.py FILE --before COMMIT [--files 366] [--turns 6]

FILE has JSON lines with a field `verilog`. The files are taken in slices, each by the commit and by
the working tree in turns. What is counted is all CPU time of the process, its zygote and every child,
less that of a process that does everything but `synth`: the rungs before it have read each text. Per
file also the CPU time of its children that build it, which leaves the zygote out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

SAMPLE = "module sample(input a, output b); assign b = a; endmodule"


def cpu_s() -> float:
    """Of this process and all its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


async def climbed(texts: list[str], *, build: bool) -> tuple[float, list[float], list[str]]:
    """CPU seconds in all, those of each file's own children, and each file's verdict."""
    from rtlglot import checks
    from rtlglot.sandbox import open_box

    try:
        from rtlglot.records import Context
    except ImportError:  # where an earlier commit has it
        Context = checks.Context  # noqa: N806
    rungs = {name: checks.CHECKS.load(name)({}) for name in ("syntax", "elaborate", "synth")}
    before, each, said = cpu_s(), [], []
    async with open_box(workers=1) as box:
        inner, spent = box.run, []

        async def run(tool, *arguments, **options):
            result = await inner(tool, *arguments, **options)
            spent.append(result.cpu_s if "yosys" in tool else 0.0)
            return result

        box.run = run
        await rungs["synth"].check(SAMPLE, Context(), box)
        for rung in ("syntax", "elaborate"):
            await asyncio.gather(*(rungs[rung].check(text, Context(), box) for text in texts))
        for text in texts if build else ():
            spent.clear()
            said.append(str((await rungs["synth"].check(text, Context(), box)).status))
            each.append(sum(spent))
    return cpu_s() - before, each, said


def worker() -> None:
    """Measure the texts on stdin with the rtlglot that this process imports."""
    texts = json.load(sys.stdin)
    without, _, _ = asyncio.run(climbed(texts, build=False))
    whole, each, said = asyncio.run(climbed(texts, build=True))
    json.dump({"cpu_s": whole - without, "each": each, "said": said}, sys.stdout)


def measured(source: Path, texts: list[str]) -> dict:
    """What a worker says that imports the rtlglot of a folder."""
    ran = subprocess.run(
        [sys.executable, __file__, "--worker"],
        input=json.dumps(texts), text=True, stdout=subprocess.PIPE, check=True,
        env=os.environ | {"PYTHONPATH": str(source)},
    )  # fmt: skip
    return json.loads(ran.stdout)


def line(name: str, parts: list[dict]) -> str:
    each = [seconds for part in parts for seconds in part["each"]]
    said = Counter(status for part in parts for status in part["said"])
    spent = sum(part["cpu_s"] for part in parts)
    own = f"own children p50 {statistics.median(each) * 1e3:.1f} ms, longest {max(each):.2f} s"
    return f"{name:<12} {len(each) / spent:>6.1f} files/CPU s   {own}   {dict(said.most_common())}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("--before", required=True, help="a commit of this repository")
    parser.add_argument("--files", type=int, default=366)
    parser.add_argument("--turns", type=int, default=6, help="slices in which they are taken")
    options = parser.parse_args()
    texts = [json.loads(one)["verilog"] for one in options.source.read_text().splitlines()]
    texts = texts[:: max(1, len(texts) // options.files)][: options.files]
    root = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as folder:
        tree = subprocess.run(
            ["git", "archive", options.before, "src"], cwd=root, stdout=subprocess.PIPE, check=True
        )
        subprocess.run(["tar", "-x", "-C", folder], input=tree.stdout, check=True)
        ways = {options.before: Path(folder, "src"), "working tree": root / "src"}
        parts: dict[str, list[dict]] = {name: [] for name in ways}
        for turn in range(options.turns):
            for name, source in ways.items():
                parts[name].append(measured(source, texts[turn :: options.turns]))
    print(f"synth on {len(texts)} files, load {os.getloadavg()[0]:.1f}")
    for name, found in parts.items():
        print(line(name, found))
    spent = [sum(part["cpu_s"] for part in found) for found in parts.values()]
    print(f"{spent[0] / spent[1]:.2f} times as many files a CPU second")


if __name__ == "__main__":
    if "--worker" in sys.argv:
        worker()
    else:
        main()
