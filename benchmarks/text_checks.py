"""How right the checks `wording` and `fidelity` are, and how fast.

    python benchmarks/text_checks.py [--real DATASET.json] [--speed] [--show MUTATION]

True texts are those of examples/rtl.json; false ones are made of them by text_mutations.py,
spoilt ones by text_spoilers.py. Every
third design was held out while the checks were tuned and is reported apart. `--real` adds the alarm
rate over the descriptions of another dataset of the same shape, with each alarm's words.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from text_mutations import FIDELITY, INSTRUCTION_ONLY, Mutation, Subject
from text_spoilers import ALSO_RIGHT, WORDING

from rtlglot.checks.facts import FactsReader
from rtlglot.checks.fidelity.judge import judge
from rtlglot.checks.wording import Wording
from rtlglot.records import Context, Severity, Verdict
from rtlglot.sandbox import open_box
from rtlglot.verilog.facts import Facts

EXAMPLES = Path(__file__).parent.parent / "examples" / "rtl.json"
FIELDS = ("instruction", "description")
SEEDS = 3
"""Variants of each mutation of each text."""


@dataclass
class Tally:
    """What became of one mutation's texts."""

    texts: int = 0
    caught: int = 0
    warned: int = 0
    errors: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict, codes: set[str], where: str) -> None:
        """Count a verdict on a text for which findings of these codes are right."""
        errors = [one for one in verdict.findings if one.severity is Severity.ERROR]
        hits = [one for one in errors if one.code in codes]
        self.texts += 1
        self.caught += bool(hits)
        warned = not hits and any(one.code in codes for one in verdict.findings)
        self.warned += warned
        self.errors += len(errors)
        right = codes | (ALSO_RIGHT if codes & {"refusal", "truncated"} else set())
        self.right += sum(one.code in right for one in errors)
        if not hits:
            self.missed.append(where + (" (warned)" if warned else ""))
        self.wrong += [f"{where}: {one.code}: {one.message}" for one in errors if one.code not in right]


async def facts_of(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Facts]:
    """The facts of each row's Verilog."""
    reader = FactsReader()
    async with open_box() as box:
        return {
            key: await reader(row["verilog"], "sv2017", box)
            for key, row in rows.items()
            if row.get("verilog")
        }


def texts(rows: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """(row, field, text) of everything that belongs to a design."""
    for key, row in rows.items():
        for name in FIELDS:
            if row.get(name) and row.get("verilog"):
                yield key, name, row[name]


def context_of(row: Mapping[str, Any], name: str) -> Context:
    """What the checks know of a text."""
    return Context(field=name, reference=row["verilog"])


def both(text: str, facts: Facts, context: Context) -> Verdict:
    """The findings of both checks as one verdict."""
    wording, fidelity = Wording().judge(text, context), judge(text, facts, context)
    return Verdict("both", fidelity.status, (*wording.findings, *fidelity.findings))


def measure(
    rows: Mapping[str, Any], facts: Mapping[str, Facts], mutation: Mutation, codes: set[str]
) -> Tally:
    """One mutation over all texts."""
    tally = Tally()
    for key, name, text in texts(rows):
        if mutation in INSTRUCTION_ONLY and name != "instruction":
            continue
        seen = {text}
        for seed in range(SEEDS):
            interface = facts[key].interface
            assert interface is not None
            row = rows[key]
            pick = random.Random(f"{key}/{name}/{seed}")
            spoilt = mutation(Subject(text, name, interface, row["verilog"], row["instruction"], pick))
            if spoilt is None or spoilt in seen:
                continue
            seen.add(spoilt)
            tally.add(both(spoilt, facts[key], context_of(row, name)), codes, f"{key}/{name}/{seed}")
    return tally


def report(title: str, rows: Mapping[str, Any], facts: Mapping[str, Facts], show: str) -> None:
    """The table of one part of the corpus."""
    print(f"\n## {title}: {len(rows)} designs\n")
    false_alarms, warnings, total, alarms = 0, 0, 0, []
    for key, name, text in texts(rows):
        verdict = both(text, facts[key], context_of(rows[key], name))
        total += 1
        bad = [one for one in verdict.findings if one.severity is Severity.ERROR]
        false_alarms += bool(bad)
        warnings += any(
            one.severity is Severity.WARNING and one.code != "port-missing" for one in verdict.findings
        )
        alarms += [f"{key}/{name}: {one.message}" for one in bad]
    print(f"True texts: {total}; with an error {false_alarms}; with a warning {warnings}")
    for alarm in alarms:
        print("  false alarm:", alarm)
    print("\n| mutation | texts | recall | with warnings | precision |\n|---|---|---|---|---|")
    whole = Tally()
    for mutation, codes in {**FIDELITY, **WORDING}.items():
        tally = measure(rows, facts, mutation, codes)
        if not tally.texts:
            continue
        print(_line(mutation.__name__.replace("_", " "), tally))
        for counter in ("texts", "caught", "warned", "errors", "right"):
            setattr(whole, counter, getattr(whole, counter) + getattr(tally, counter))
        if show in (mutation.__name__, "all"):
            print("\n".join(f"  missed {where}" for where in tally.missed[:40]))
        if show:
            print("\n".join(f"  wrong {where}" for where in tally.wrong[:40]))
    print(_line("all", whole))


def _line(name: str, tally: Tally) -> str:
    precision = f"{tally.right / tally.errors:.1%}" if tally.errors else "-"
    with_warnings = (tally.caught + tally.warned) / tally.texts
    return (
        f"| {name} | {tally.texts} | {tally.caught / tally.texts:.1%} | {with_warnings:.1%} | {precision} |"
    )


def real(rows: Mapping[str, Any], facts: Mapping[str, Facts]) -> None:
    """Alarms over texts that people and models wrote."""
    print("\n## Real texts\n")
    statuses: Counter[str] = Counter()
    for key, name, text in texts(rows):
        context = context_of(rows[key], name)
        for check, verdict in (
            ("wording", Wording().judge(text, context)),
            ("fidelity", judge(text, facts[key], context)),
        ):
            statuses[f"{name} {check} {verdict.status.value}"] += 1
            for one in verdict.findings:
                if one.severity is Severity.ERROR:
                    print(f"  {key}/{name} {check} {one.code}: {one.message}")
    for label, count in sorted(statuses.items()):
        print(f"{label}: {count}")


def speed(rows: Mapping[str, Any], facts: Mapping[str, Facts]) -> None:
    """Texts per second and core, facts at hand; and what the facts of one reference cost."""
    wanted = list(texts(rows))
    check = Wording()
    for label, ask in (
        ("wording", lambda key, name, text: check.judge(text, context_of(rows[key], name))),
        ("fidelity", lambda key, name, text: judge(text, facts[key], context_of(rows[key], name))),
    ):
        started = time.process_time()
        for key, name, text in wanted:
            ask(key, name, text)
        seconds = time.process_time() - started
        each_ms = seconds / len(wanted) * 1e3
        print(f"{label}: {len(wanted) / seconds:.0f} texts/s/core ({each_ms:.2f} ms CPU each)")


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", type=Path)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--part", choices=("tuned", "held-out"))
    parser.add_argument(
        "--show", default="", help="print what a mutation missed ('all' for every one) and what was wrong"
    )
    arguments = parser.parse_args()
    rows = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    started = time.perf_counter()
    facts = asyncio.run(facts_of(rows))
    each_ms = (time.perf_counter() - started) / len(facts) * 1e3
    print(f"facts of {len(facts)} references: {each_ms:.0f} ms each (wall)")
    if arguments.speed:
        speed(rows, facts)
    parts = {
        "tuned": {key: row for at, (key, row) in enumerate(rows.items()) if at % 3 != 2},
        "held-out": {key: row for at, (key, row) in enumerate(rows.items()) if at % 3 == 2},
    }
    for title, part in parts.items():
        if arguments.part in (None, title):
            report(title, part, facts, arguments.show)
    if arguments.real:
        rows = json.loads(arguments.real.read_text(encoding="utf-8"))
        real(rows, asyncio.run(facts_of(rows)))


if __name__ == "__main__":
    main()
