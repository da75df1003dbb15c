"""`rtlglot eval` on VerilogEval with answers of which it is known what they are, and how fast it replays.

    python benchmarks/eval.py FOLDER [--problems 156] [--mutants 3] [--no-forgers] [--no-official]
                                [--data FILE.jsonl]

Each problem is answered by its own reference, under the name that is asked for, by mutants of that, by
copies of it (other texts, the same design) where it has fewer mutants than are wanted, and by forgers: a
mutant with one of reward.py's tricks in it. So `--mutants 9 --no-forgers` makes 1,560 answers of 156
problems, ten to each. Prints how many are judged each second of the clock and core, and each CPU second,
cold (nothing known, the trial of the references included) and cached; then, for each kind, how many are
right by testbench, by proof and by the published harness (which waits half a minute for what loops).
FOLDER keeps everything: a run that was ended goes on, and the figures of speed are those of what was left
to do.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reward import FORGERIES, cpu_s, with_trick

from rtlglot.evals.evaluate import evaluate
from rtlglot.evals.spec import EvalSpec
from rtlglot.verilog.mutations import mutants

DATA = Path(__file__).parents[2] / "shared" / "data" / "verilogeval" / "spec-to-rtl.jsonl"
KINDS = ("reference", "copy", "mutant", "forger")
ALIKE = ("reference", "copy")
"""Kinds whose answers are right."""


def answers(row: dict[str, Any], most: int, *, forgers: bool) -> Iterator[tuple[str, str]]:
    """(kind, text) of every answer to a problem."""
    right = row["ref"].replace("RefModule", "TopModule")
    wrong = [mutant.text for mutant in mutants(right, most=most)]
    yield "reference", right
    yield from (("mutant", text) for text in wrong)
    yield from (("copy", f"// copy {number}\n{right}") for number in range(1, most - len(wrong) + 1))
    if forgers and wrong:
        yield from (("forger", with_trick(wrong[0], trick)) for trick in FORGERIES)


def report(samples: list[dict[str, Any]], kinds: dict[str, list[str]]) -> None:
    """A line for each kind, and what to look at one by one."""
    print(f"\n{'answers':<11}{'number':>7}{'testbench':>11}{'proof':>7}{'both':>6}{'official':>10}")
    for kind in KINDS:
        its = [one for one in samples if kinds[one["task_id"]][one["sample"]] == kind]
        both = sum(one["testbench"] is True and one["proof"] is True for one in its)
        counts = [sum(one[way] is True for one in its) for way in ("testbench", "proof")]
        print(f"{kind:<11}{len(its):>7}{counts[0]:>11}{counts[1]:>7}{both:>6}", end="")
        print(f"{sum(one['official'] is True for one in its):>10}")
    for one in samples:
        kind = kinds[one["task_id"]][one["sample"]]
        right = one["testbench"] is True or one["proof"] is True
        odd = one["class"] != "solved" or one["official"] is False if kind in ALIKE else right
        if odd:
            said = [f"{way} {one[way]}" for way in ("testbench", "proof", "official")]
            print(f"  {kind} of {one['task_id']}: {one['class']}, {', '.join(said)}; {one['why'][:90]}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--problems", type=int, default=156)
    parser.add_argument("--mutants", type=int, default=3)
    parser.add_argument("--forgers", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--official", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    lines = options.data.read_text().splitlines()
    chosen = lines[:: max(1, len(lines) // options.problems)][: options.problems]
    options.folder.mkdir(parents=True, exist_ok=True)
    problems, completions = (options.folder / f"{name}.jsonl" for name in ("problems", "completions"))
    problems.write_text("\n".join(chosen) + "\n")
    kinds: dict[str, list[str]] = {}
    with completions.open("w") as file:
        for row in map(json.loads, chosen):
            made = list(answers(row, options.mutants, forgers=options.forgers))
            kinds[row["task_id"]] = [kind for kind, _ in made]
            for _, text in made:
                file.write(json.dumps({"task_id": row["task_id"], "completion": text}) + "\n")
    spec = EvalSpec(
        input=str(problems), samples_from=str(completions), output=str(options.folder / "out"), k=(1,),
        protocol="verilogeval-v2" if options.official else "",
    )  # fmt: skip
    for what in ("cold", "cached"):
        begun, used = time.perf_counter(), cpu_s()
        told = evaluate(spec)
        wall, cpu = time.perf_counter() - begun, cpu_s() - used
        number, cores = sum(map(len, kinds.values())), len(os.sched_getaffinity(0))
        print(f"{what:<6} {number} completions in {wall:.1f} s on {cores} cores: ", end="")
        print(f"{number / wall / cores:.2f} per second and core; {cpu:.1f} CPU s: ", end="")
        print(f"{number / cpu:.2f} per CPU second; classes {told['classes']}", flush=True)
    every = map(json.loads, (options.folder / "out" / "samples.jsonl").read_text().splitlines())
    report([one for one in every if one["sample"] < len(kinds[one["task_id"]])], kinds)


if __name__ == "__main__":
    main()
