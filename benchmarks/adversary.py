"""Designs that look right to one layer and wrong to another, and honest rewrites beside them.

    python benchmarks/adversary.py [--data spec-to-rtl.jsonl] [--references 4] [--per 8] [--kind PART]
                                   [--seed 1] [--workers 1] [--no-honest] [--save FILE]

What --save has of a reference is not measured again: a run that was ended goes on where it was.

References come from VerilogEval's JSON lines (`ref`, `test`), or from the project's own examples, which
have no testbench. Each candidate, as delivered, is played beside its reference in Icarus Verilog and,
where that shows nothing, in Verilator, at random and along the steps that its generator aims at its
trigger. What differs in either, or compiles in neither, is forged: no check may say yes to it. What differs
in none is harmless and not counted. A testbench that does not meet a trigger which has to be known, or a
difference that its simulator does not show, is not to blame: `unseen` are the rows that are then accepted
as tested, the proof having no answer. Ends with 1 for any wrong yes, or where more than 2 % of
the honest rewrites are refused or left open.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import played
from forged import TOP, Made, forged, honest
from played import Face, Step

from rtlglot.checks import Check
from rtlglot.checks.ladder import asking, climb, ladder
from rtlglot.records import Context
from rtlglot.run.judge import Judge
from rtlglot.sandbox import Box, open_box

EXAMPLES = Path(__file__).parents[1] / "examples" / "rtl.json"
STEPS = 150
LEFT_OPEN = 0.02
LATE = ("timescale", "delay", "simulated-only")
"""Kinds whose trigger is time: a testbench may end before."""
YES = ("pass", "equivalent")
NO = ("fail", "different", "ports-differ")


@dataclass
class Reference:
    """One design to forge."""

    name: str
    text: str
    testbench: str | None
    face: Face
    _seen: dict[tuple[str, tuple[str, ...]], list[str]] = field(default_factory=dict)

    def play(self, steps: Sequence[Step], simulator: str) -> list[str]:
        """Its outputs, remembered."""
        key = (simulator, tuple(map(repr, steps)))
        if key not in self._seen:
            self._seen[key] = played.play(self.text, self.face, steps, simulator) or []
        return self._seen[key]


@dataclass
class Tried:
    """One candidate, what it is, and what was said of it."""

    reference: str
    kind: str
    text: str
    truth: str = ""
    """'icarus' or 'verilator' (differs there), 'nowhere' (compiles in neither), 'same'."""
    aimed: bool = False
    """Its trigger has to be known: no testbench is to blame that does not meet it."""
    answers: dict[str, str] = field(default_factory=dict)
    """Status of each check that was asked."""
    accepted: bool = False
    """What the whole ladder makes of it."""

    @property
    def honest(self) -> bool:
        """Whether it was made to be right."""
        return self.kind.startswith("honest")

    @property
    def wrong(self) -> list[str]:
        """Whose yes is wrong. A testbench runs in Icarus Verilog and sees what it happens to try."""
        if self.truth == "same":
            return []
        told = [name for name in ("equivalence", "testbench") if self.answers.get(name) in YES]
        beyond = self.aimed or self.truth == "verilator"
        return [name for name in told if name != "testbench" or not beyond]


def truth_of(reference: Reference, made: Made, simulators: Sequence[str] = played.SIMULATORS) -> str:
    """See Tried.truth."""
    steps = played.stimuli(reference.face, STEPS, directed=made.aim)
    face = Face(TOP, reference.face.ports, reference.face.clocks, reference.face.resets)
    known, compiled = reference.play(steps, "icarus"), 0
    for simulator in simulators:
        outputs = played.play(made.text, face, steps, simulator)
        if outputs is None:
            continue
        compiled += 1
        right = reference.play(steps, simulator)
        # Verilator has no x: what Icarus leaves open is open there, too
        right = [_masked(line, mask) for line, mask in zip(right, known, strict=False)]
        if played.first_difference(right, outputs) is not None:
            return simulator
    return "same" if compiled else "nowhere"


def _masked(line: str, mask: str) -> str:
    return "".join("x" if m == "x" else bit for bit, m in zip(line, mask, strict=True))


async def ask(reference: Reference, made: Made, checks: Sequence[Check], box: Box) -> Tried:
    """The truth first, then the ladder, and the two witnesses even where it ended below them. Of an
    honest rewrite Verilator, which is slow, is heard where it was not accepted."""
    tried = Tried(reference.name, made.kind, made.text, aimed=bool(made.aim) or made.kind in LATE)
    heard = played.SIMULATORS[:1] if tried.honest else played.SIMULATORS
    tried.truth = await asyncio.to_thread(truth_of, reference, made, heard)
    if tried.truth == "same" and not tried.honest:
        return tried
    context = Context(reference=reference.text, testbench=reference.testbench)
    verdicts = await climb(checks, context, asking(made.text, context, box))
    tried.accepted = Judge(checks)([v for v in verdicts if v.status != "skipped"], context).accepted
    for check, verdict in zip(checks, verdicts, strict=True):
        if (
            verdict.status == "skipped"
            and check.name in ("equivalence", "testbench")
            and check.applies(context)
        ):
            verdict = await check.check(made.text, context, box)
        if verdict.status != "skipped":
            tried.answers[check.name] = str(verdict.status.value)
    if tried.honest and (not tried.accepted or tried.truth == "nowhere"):
        tried.truth = await asyncio.to_thread(truth_of, reference, made)
    return tried


def references(options: argparse.Namespace) -> list[Reference]:
    """Evenly over the file, those that can be played."""
    if options.data:
        rows = [json.loads(line) for line in options.data.read_text().splitlines()]
        sources = [(row["task_id"], row["ref"], row["test"]) for row in rows]
    else:
        kept = json.loads(EXAMPLES.read_text())
        sources = [(name, row["verilog"], None) for name, row in kept.items() if "verilog" in row]
    found = []
    for name, text, testbench in sources:
        face = played.face_of(text)
        if face and face.outputs and face.inputs and all(p.name.isidentifier() for p in face.ports):
            found.append(Reference(name, text, testbench, face))
    return found[:: max(1, len(found) // options.references)][: options.references]


async def measure(options: argparse.Namespace) -> list[Tried]:
    """Make, play and ask."""
    checks = ladder("default")
    gate = asyncio.Semaphore(options.workers)
    done = _saved(options.save)
    known = {tried.reference for tried in done}

    async def one(reference: Reference, made: Made, box: Box) -> None:
        async with gate:
            tried = await ask(reference, made, checks, box)
        done.append(tried)
        if tried.wrong:
            print(
                f"WRONG {tried.kind} on {tried.reference}: {tried.truth} differs, {tried.answers}", flush=True
            )

    async with open_box(workers=options.workers) as box:
        for reference in references(options):
            if reference.name in known:
                continue
            made = forged(reference.text, reference.face, options.per, options.seed)
            if options.honest:
                made += honest(reference.text, reference.face, options.per, options.seed)
            wanted = [one_made for one_made in made if options.kind in one_made.kind]
            before = len(done)
            await asyncio.gather(*(one(reference, one_made, box) for one_made in wanted))
            if options.save:
                with options.save.open("a") as file:
                    file.writelines(
                        json.dumps({**asdict(tried), "wrong": tried.wrong}) + "\n" for tried in done[before:]
                    )
    return done


def _saved(path: Path | None) -> list[Tried]:
    lines = path.read_text().splitlines() if path and path.exists() else []
    told = (json.loads(line) for line in lines)
    return [Tried(**{name: value for name, value in one.items() if name != "wrong"}) for one in told]


def show(done: Sequence[Tried]) -> None:
    """A line for each kind of forged candidates, and one for the honest ones."""
    kinds: dict[str, list[Tried]] = defaultdict(list)
    for tried in done:
        if not tried.honest:
            kinds[tried.kind].append(tried)
    print(f"\n{'kind':<20}{'made':>6}{'forged':>8}{'equivalent':>12}{'passing':>9}{'unseen':>8}")
    for kind, tried_ones in [*sorted(kinds.items()), ("all", [t for ts in kinds.values() for t in ts])]:
        bad = [tried for tried in tried_ones if tried.truth != "same"]
        counts = [sum(name in t.wrong for t in bad) for name in ("equivalence", "testbench")]
        counts.append(sum(tried.accepted and not tried.wrong for tried in bad))
        print(f"{kind:<20}{len(tried_ones):>6}{len(bad):>8}{counts[0]:>12}{counts[1]:>9}{counts[2]:>8}")
    print("forged shows in:", dict(Counter(t.truth for t in done if not t.honest)))


def show_honest(done: Sequence[Tried]) -> float:
    """What became of the honest rewrites; the share of those refused or left open."""
    rewrites = [tried for tried in done if tried.honest and tried.truth == "same"]
    if not rewrites:
        return 0.0
    refused = [tried for tried in rewrites if any(a in NO for a in tried.answers.values())]
    still = [tried for tried in rewrites if tried not in refused and not tried.accepted]
    print(f"\nhonest: {len(rewrites)}, refused {len(refused)}, left open {len(still)}")
    for tried in [*refused, *still][:20]:
        print(f"  {tried.kind} of {tried.reference}: {tried.answers}")
    return (len(refused) + len(still)) / len(rewrites)


def main() -> int:
    """Measure, show, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="VerilogEval's spec-to-rtl.jsonl")
    parser.add_argument("--references", type=int, default=4)
    parser.add_argument("--per", type=int, default=8, help="forged, and as many honest, of each reference")
    parser.add_argument("--kind", default="", help="only kinds with this in their name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--honest", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--save", type=Path, help="JSONL file with every candidate and answer")
    options = parser.parse_args()
    done = asyncio.run(measure(options))
    show(done)
    share = show_honest(done)
    return any(tried.wrong for tried in done) or share > LEFT_OPEN


if __name__ == "__main__":
    raise SystemExit(main())
