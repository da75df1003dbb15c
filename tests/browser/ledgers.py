"""Ledgers to look at in a browser: real SQLite, written through the Ledger as a run writes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rtlglot.ledger import Indexed, Ledger
from rtlglot.ledger.keys import content_key, digest
from rtlglot.ledger.recipe import Recipe, recipe_key
from rtlglot.records import (
    Assurance,
    Attempt,
    CheckStatus,
    Finding,
    Finish,
    Message,
    Outcome,
    Pair,
    Reason,
    Reply,
    Request,
    Row,
    Sampling,
    Severity,
    Status,
    Verdict,
)

CHECKS = ("screen", "syntax", "elaborate", "synth", "equivalence")
SAMPLING = Sampling(max_tokens=2048)
TRACE = {
    "clock": "clk",
    "edge": "rising",
    "steps": [
        {"inputs": {"rst": "1", "d": "00000000"}, "expected": {"q": "xxxxxxxx"}, "got": {"q": "xxxxxxxx"}},
        {"inputs": {"rst": "0", "d": "10100101"}, "expected": {"q": "00000000"}, "got": {"q": "00000000"}},
        {"inputs": {"rst": "0", "d": "00000001"}, "expected": {"q": "10100101"}, "got": {"q": "01011010"}},
    ],
    "first": {"step": 2, "output": "q", "expected": "10100101", "got": "01011010"},
}


def module(n: int, broken: bool = False) -> str:
    """A design of some forty lines, different for each n."""
    body = "".join(
        f"    // stage {k}: keeps the value of stage {k - 1} for unit {n}\n"
        f"    always @(posedge clk)\n        if (rst) s{k} <= 8'd{(n + k) % 256};\n"
        f"        else s{k} <= s{k - 1} + 8'h{k:02x};\n"
        for k in range(1, 9)
    )
    regs = "".join(f"    reg [7:0] s{k};\n" for k in range(1, 9))
    end = "    assign q = s8\n" if broken else "    assign q = s8;\n"
    return (
        f"module unit_{n} (\n    input  wire clk,\n    input  wire rst,\n    input  wire [7:0] d,\n"
        f"    output wire [7:0] q\n);\n{regs}    wire [7:0] s0 = d;\n{body}{end}endmodule\n"
    )


class Story:
    """Writes rows and what became of them; the input file as well."""

    def __init__(self, folder: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
        self.input = folder / f"{name}.in.jsonl"
        self.input.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.path = folder / f"{name}.jsonl.ledger"
        self.rows = [Row(str(row["id"]), row, n, f"line {n + 1}") for n, row in enumerate(rows)]

    def write(self, tell: Callable[[Ledger, Row], Outcome | None], *, ending: str | None = "done") -> Path:
        """`tell` says what a row became, None leaves it pending."""
        recipe = Recipe(
            pair=Pair("instruction", "verilog"), prompt="", engine="scripted", model="a story", identity={},
            sampling=SAMPLING, repair=2, checks=tuple({"check": check, "tool": "1.0"} for check in CHECKS),
        )  # fmt: skip
        # Playwright keeps an event loop running in this thread: ours needs another one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(self._write(recipe, tell, ending))).result()
        return self.path

    async def _write(
        self, recipe: Recipe, tell: Callable[[Ledger, Row], Outcome | None], ending: str | None
    ) -> None:
        ledger = Ledger(self.path)
        spec = {"input": str(self.input), "source": "instruction", "target": "verilog", "model": "a story"}
        ledger.index([Indexed(r.position, r.id, content_key(r, None), r.where) for r in self.rows])
        run = ledger.begin_run(recipe, json.dumps(spec))
        ledger.start_writing()
        for row in self.rows:
            outcome = tell(ledger, row)
            if outcome is not None:
                last = ledger.settle(recipe_key(recipe), content_key(row, None), outcome)
        await last
        await ledger.stop_writing()
        if ending:
            ledger.end_run(run, ending)
        ledger.close()


def attempt(
    ledger: Ledger,
    row: Row,
    text: str,
    verdicts: Sequence[Verdict],
    *,
    repair: int = 0,
    reply: str | None = None,
) -> Attempt:
    """Save a reply and its verdicts."""
    messages = [Message("system", "Write Verilog."), Message("user", str(row.fields.get("instruction")))]
    if repair:
        messages += [Message("assistant", "an earlier text"), Message("user", f"repair {repair}, please")]
    request = Request(tuple(messages), SAMPLING, row.id)
    key = digest(row.id, str(repair))
    bought = Reply(
        reply if reply is not None else f"Here:\n```verilog\n{text}\n```",
        Finish.STOP,
        300,
        120,
        200,
        None,
        0.8,
    )
    ledger.save_reply(key, request, bought)
    keys = []
    for verdict in verdicts:
        keys.append(digest(row.id, str(repair), verdict.check))
        ledger.save_verdict(keys[-1], verdict)
    good = all(verdict.ok for verdict in verdicts)
    kept = ledger.save_text(text) if text else b""
    return Attempt(key, 0, 0, Reason.OK if good else Reason.CHECK_FAILED, tuple(keys), repair, kept)


def climbed(upto: str, bad: Verdict | None = None) -> list[Verdict]:
    """Passes below a rung, then `bad` (or a pass there as well)."""
    passes = []
    for check in CHECKS[: CHECKS.index(upto)]:
        passes.append(Verdict(check, CheckStatus.PASS, (), 0.01, {"cells": 12}))
    top = CheckStatus.EQUIVALENT if upto == "equivalence" else CheckStatus.PASS
    return [*passes, bad or Verdict(upto, top, (), 0.02)]


SYNTAX = Verdict(
    "syntax", CheckStatus.FAIL, (Finding(Severity.ERROR, "ExpectedToken", "expected ';'", 48, 18),), 0.01
)
DIFFERENT = Verdict(
    "equivalence",
    CheckStatus.DIFFERENT,
    (Finding(Severity.ERROR, "different", "Output q in cycle 2 should be 8'b10100101 but is 8'b01011010."),),
    0.3,
    {"trace": TRACE, "confirmed": True, "simulator": "Icarus Verilog 12.0"},
)


def usual(ledger: Ledger, row: Row) -> Outcome | None:
    """Every kind of end, in turn by the row's number."""
    n = row.position
    text = module(n)
    tries: tuple[Attempt, ...]
    kind = n % 10
    if kind <= 4:
        return Outcome(row.id, Status.ACCEPTED, Reason.OK, text, "", (), None,
                       (attempt(ledger, row, text, climbed("equivalence")),), 300, 120,
                       Assurance.PROVED if n % 20 else Assurance.TESTED)  # fmt: skip
    if kind == 5:
        tries = (
            attempt(ledger, row, module(n, broken=True), climbed("syntax", SYNTAX)),
            attempt(ledger, row, text, climbed("equivalence"), repair=1),
        )
        return Outcome(
            row.id,
            Status.ACCEPTED,
            Reason.OK,
            text,
            attempts=tries,
            prompt_tokens=600,
            assurance=Assurance.PROVED,
        )
    if kind == 6:
        broken = module(n, broken=True)
        tries = (attempt(ledger, row, broken, climbed("syntax", SYNTAX)),)
        return Outcome(
            row.id,
            Status.REJECTED,
            Reason.CHECK_FAILED,
            broken,
            "The check 'syntax' said fail.",
            attempts=tries,
        )
    if kind == 7:
        tries = (attempt(ledger, row, text, climbed("equivalence", DIFFERENT)),)
        return Outcome(row.id, Status.REJECTED, Reason.CHECK_FAILED, text, "different", attempts=tries)
    if kind == 8:
        tries = (attempt(ledger, row, "", (), reply="I cannot do that."),)
        return Outcome(row.id, Status.FAILED, Reason.REFUSED, detail="the model declined", attempts=tries)
    return Outcome(row.id, Status.FAILED, Reason.MISSING_FIELD, detail="no instruction")


def usual_rows(count: int) -> list[dict[str, Any]]:
    """Rows with an instruction, a reference and a source."""
    return [
        {
            "id": f"unit_{n}",
            "instruction": f"Design unit {n}: eight stages of eight bits, each adding its number. " * 4,
            "verilog": module(n),
            "source": ("book", "web", "verilogeval")[n % 3],
        }
        for n in range(count)
    ]


def usual_ledger(folder: Path, count: int = 60, name: str = "usual") -> Path:
    """The ledger of a run with every kind of end."""
    return Story(folder, name, usual_rows(count)).write(usual)


ATTACKS = [
    "<script>window.attacked = 'script'</script>",
    "</script><script>window.attacked = 'closed script'</script>",
    "<!--<script>window.attacked = 'comment'",
    "<img src=x onerror=\"window.attacked = 'onerror'\">",
    "\"><svg onload=window.attacked='svg'>",
    "javascript:window.attacked='url'",
    "<style>*{display:none}</style><link rel=stylesheet href=http://attack.invalid/x.css>",
    "<iframe src=http://attack.invalid/></iframe><base href=http://attack.invalid/>",
    "{{numbers}} {{script}} ${window.attacked=1} {{constructor.constructor('window.attacked=1')()}}",
    "admin\u202egpj.exe \u2066isolated\u2069 zero\u200bwidth \u0000\u0007\u001b[31mred\u001b[0m \u2028line",
    "__proto__",
    "' onmouseover='window.attacked=1' x='",
]


def attacked(ledger: Ledger, row: Row) -> Outcome | None:
    """The attack in every place that a model or a tool's words can reach."""
    text = str(row.fields["attack"])
    finding = Finding(Severity.ERROR, text[:80], text, 1, 1)
    trace = {
        "clock": text[:30], "edge": "rising",
        "steps": [
            {"inputs": {text[:30]: text[:30]}, "expected": {text[:20]: "x"}, "got": {text[:20]: text[:9]}}
        ],
        "first": {"step": 0, "output": text[:20], "expected": "1", "got": text[:9]},
    }  # fmt: skip
    bad = Verdict("equivalence", CheckStatus.DIFFERENT, (finding,), 0.1, {"trace": trace, "what": text[:200]})
    design = f"module m; // {text}\n{text}\nendmodule"
    tries = (
        attempt(ledger, row, design, climbed("equivalence", bad), reply=text),
        attempt(ledger, row, design + text, climbed("equivalence", bad), repair=1, reply=text + text),
    )
    return Outcome(row.id, Status.REJECTED, Reason.CHECK_FAILED, design, text, (), text, tries)


def attacking_ledger(folder: Path) -> Path:
    """A dataset that attacks the page: in ids, field names, texts; and texts of 10 MB."""
    attacks = [*ATTACKS, "A" * 10_000_000, "<script>" * 200_000, "\u202e" * 50_000, "x\n" * 500_000]
    rows = [
        {
            "id": f"{n} {text[:200]}",
            "instruction": text,
            "attack": text,
            text[:60] or "x": text[:100],
            "source": text[:50],
        }
        for n, text in enumerate(attacks)
    ]
    return Story(folder, "attack", rows).write(attacked)
