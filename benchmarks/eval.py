"""How fast `rtlglot eval --samples-from` replays: references and mutants of VerilogEval as completions.

    python benchmarks/eval.py [--problems 20] [--samples 10] [--data FILE.jsonl]

Prints completions per minute and per second of CPU, cold (nothing known) and again (all of it in the ledger),
and how many of the references and of the mutants are right by testbench and by proof.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from rtlglot.evals.evaluate import evaluate
from rtlglot.evals.spec import EvalSpec
from rtlglot.verilog.mutations import mutants

DATA = Path(__file__).parents[2] / "shared" / "data" / "verilogeval" / "spec-to-rtl.jsonl"


def cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=20)
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    lines = options.data.read_text().splitlines()
    chosen = lines[:: max(1, len(lines) // options.problems)][: options.problems]
    with tempfile.TemporaryDirectory() as folder:
        problems, completions = Path(folder, "problems.jsonl"), Path(folder, "completions.jsonl")
        problems.write_text("\n".join(chosen) + "\n")
        with completions.open("w") as file:
            for row in map(json.loads, chosen):
                right = row["ref"].replace("RefModule", "TopModule")
                for text in (right, *(m.text for m in mutants(right, most=options.samples - 1))):
                    file.write(json.dumps({"task_id": row["task_id"], "completion": text}) + "\n")
        spec = EvalSpec(
            input=str(problems), samples_from=str(completions), output=str(Path(folder, "out")), k=(1,)
        )
        for what in ("cold", "again"):
            begun, used = time.perf_counter(), cpu_s()
            told = evaluate(spec)
            wall, cpu = time.perf_counter() - begun, cpu_s() - used
            print(f"{what:<6} {told['samples']} samples in {wall:.1f} s, {cpu:.1f} CPU s: ", end="")
            print(f"{60 * told['samples'] / wall:,.0f} a minute, {told['samples'] / cpu:.1f} per CPU second")
    first = sum(one["samples"][0] == "solved" for one in told["by_problem"])
    others = [kind for one in told["by_problem"] for kind in one["samples"][1:]]
    print(
        f"references solved {first} of {len(told['by_problem'])}; mutants solved {others.count('solved')}, ",
        end="",
    )
    print(
        f"contradicted {others.count('contradicted')}, no answer {others.count('no answer')} of {len(others)}"
    )


if __name__ == "__main__":
    main()
