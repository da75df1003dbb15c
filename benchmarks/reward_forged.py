"""Forged designs through the reward: not one may be given what a right one gets.

    python benchmarks/reward_forged.py --data spec-to-rtl.jsonl --save FILE.jsonl [--wanted 1000] [--per 9]
                                       [--cases verdicts.jsonl] [--workers 1]

The candidates are adversary.py's: references of VerilogEval, wrapped in the tricks of tricks.txt. Each is
graded as a trainer would have it, with reference and testbench. It counts as forged where Icarus Verilog
shows another output than the reference's, or cannot compile it; of what is given a right one's reward,
Verilator is asked, too. --cases are rows with a right answer, of which the kinds named '…-attack' are taken.
Goes on until so many forged ones are graded; what --save has is not graded again. Ends with 1 for any
that was accepted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import played
from adversary import Reference, references, truth_of
from forged import Made, forged

from rtlglot.reward import Grader
from rtlglot.reward.grader import LADDER

ATTACK = ("tb-attack", "both-attack", "eq-attack")


RIGHT = ("proved", "tested", "built")
"""Entries of what gets a right design's reward."""


async def graded(grader: Grader, reference: Reference, made: Made) -> dict[str, Any]:
    """The grade of a candidate, and what it is in truth."""
    row = {"reference": reference.text, "testbench": reference.testbench}
    grade = await grader(made.text, row)
    heard = played.SIMULATORS if grade.entry in RIGHT else played.SIMULATORS[:1]
    truth = await asyncio.to_thread(truth_of, reference, made, heard)
    told = {"of": reference.name, "kind": made.kind, "truth": truth, "reward": grade.reward}
    return told | {"entry": grade.entry, "detail": grade.detail[:200], "aimed": bool(made.aim)}


def attacks(path: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(kind, text, row) of the cases that are attacks."""
    for case in map(json.loads, path.read_text().splitlines()):
        if case["kind"] in ATTACK:
            flags = shlex.split(case["flags"])
            names = {"reference": "--reference", "testbench": "--testbench"}
            row = {n: case["row"][flags[flags.index(f) + 1]] for n, f in names.items() if f in flags}
            yield case["kind"], case["row"]["verilog"], row


async def measure_cases(path: Path) -> list[dict[str, Any]]:
    """Every attack graded by all rungs, and where there is a testbench by that alone."""
    done = []
    for check in (LADDER, "screen,syntax,elaborate,synth,testbench"):
        async with Grader(check=check, workers=1) as grader:
            for kind, text, row in attacks(path):
                if "testbench" in row or check == LADDER:
                    grade = await grader(text, row)
                    told = {"of": "case", "kind": kind, "truth": "known", "reward": grade.reward}
                    done.append(told | {"entry": grade.entry})
    return done


async def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Until so many are forged as are wanted, reference after reference."""
    done = (
        [json.loads(line) for line in options.save.read_text().splitlines()] if options.save.exists() else []
    )
    known = {one["of"] for one in done}
    gate = asyncio.Semaphore(options.workers)
    async with Grader(workers=options.workers) as grader:

        async def one(reference: Reference, made: Made) -> dict[str, Any]:
            async with gate:
                return await graded(grader, reference, made)

        for reference in references(options):
            if sum(one["truth"] != "same" for one in done) >= options.wanted:
                break
            if reference.name in known:
                continue
            made = forged(reference.text, reference.face, options.per, options.seed)
            fresh = await asyncio.gather(*(one(reference, one_made) for one_made in made))
            done += fresh
            with options.save.open("a") as file:
                file.writelines(json.dumps(told) + "\n" for told in fresh)
    return done


def show(done: list[dict[str, Any]]) -> int:
    """A line for each entry; how many were accepted wrongly."""
    bad = [one for one in done if one["truth"] != "same"]
    print(f"{len(done)} candidates, {len(bad)} forged: {dict(Counter(one['truth'] for one in bad))}")
    print(f"kinds: {len({one['kind'] for one in bad})}, entries: {dict(Counter(o['entry'] for o in bad))}")
    same = [one for one in done if one["truth"] == "same"]
    print(f"the others, in which Icarus shows nothing: {dict(Counter(one['entry'] for one in same))}")
    by_kind: dict[str, list[str]] = defaultdict(list)
    for one in bad:
        if one["entry"] in RIGHT:
            by_kind[one["kind"]].append(f"{one['of']} ({one['entry']}, shown by {one['truth']})")
    for kind, those in by_kind.items():
        print(f"  ACCEPTED {kind}: {'; '.join(those)}")
    return sum(map(len, by_kind.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="VerilogEval's spec-to-rtl.jsonl")
    parser.add_argument("--cases", type=Path, help="rows with a right answer, JSONL")
    parser.add_argument("--save", type=Path, required=True, help="JSONL file with every grade")
    parser.add_argument("--wanted", type=int, default=1_000)
    parser.add_argument("--per", type=int, default=9, help="candidates of each reference")
    parser.add_argument("--references", type=int, default=156)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    wrong = 0
    if options.cases:
        print("attacks with a known answer:")
        wrong = show(asyncio.run(measure_cases(options.cases)))
    return bool(wrong + show(asyncio.run(measure(options))))


if __name__ == "__main__":
    raise SystemExit(main())
