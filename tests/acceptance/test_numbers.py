"""Terminal, report, status and card tell the same of one run."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.acceptance.conftest import Shell

GOOD = "```verilog\nmodule m(input a, output y);\n  assign y = a;\nendmodule\n```"
BAD = GOOD.replace("= a", "= b")
LATCH = "```verilog\nmodule m(input a, e, output reg y);\n  always @* if (e) y = a;\nendmodule\n```"
RULES: list[dict[str, Any]] = [
    {"id": "r1", "reply": BAD},
    {"id": "r2", "reply": [GOOD, BAD]},
    {"id": "r3", "reply": "no code at all"},
    {"id": "r4", "reply": GOOD, "finish": "length"},
    {"id": "r5", "reply": LATCH},
    {"id": "r6", "when": "line 2", "reply": GOOD},
    {"id": "r6", "reply": BAD},
    {"reply": GOOD},
]


def test_every_source_counts_the_same(shell: Shell) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("datasketch")
    shell.write("rules.json", RULES)
    rows: list[dict[str, Any]] = [{"id": f"r{n}", "instruction": f"Design wire {n}."} for n in range(9)]
    shell.write("in.jsonl", [*rows, {"id": "none"}])
    job = (
        "transform", "in.jsonl", "--from", "instruction", "--to", "verilog", "--engine", "scripted",
        "--model", "rules.json", "-o", "out.jsonl", "--samples", "2", "--repair", "1", "--choose", "best",
    )  # fmt: skip
    told = json.loads(shell.rtlglot(*job, "--json").stdout)
    report = json.loads(shell.rtlglot("report", "out.jsonl", "--json").stdout)
    status = json.loads(shell.rtlglot("status", "out.jsonl", "--json").stdout)
    shell.rtlglot("export", "out.jsonl", "--format", "hf", "-o", "set")
    card = (shell.folder / "set" / "README.md").read_text()

    assert told["total"] == report["total"] == status["total"] == 10
    reasons = {
        f"{ended} {reason}": n for ended, each in report["outcomes"].items() for reason, n in each.items()
    }
    assert told["reasons"] == reasons
    assert status["outcomes"] == report["outcomes"]
    assert told["assurances"] == report["assurances"] == status["assurances"]
    assert told["rungs"] == {each["check"]: each["final"] for each in report["rungs"]}
    assert "testbench" not in told["rungs"], "it never ran"
    assert report["timeline"]["seconds"] == pytest.approx(told["seconds"], abs=0.02)
    assert (report["bought"]["prompt"], report["bought"]["completion"]) == (
        told["prompt_tokens"],
        told["completion_tokens"],
    )

    table = {
        line.split(" | ")[0].removeprefix("| "): line.split(" | ")[1]
        for line in card.splitlines()
        if "|" in line
    }
    for name, statuses in told["rungs"].items():
        assert table[name] == ", ".join(f"{n} {said}" for said, n in statuses.items())
    for reason, n in told["reasons"].items():
        name = reason.replace(" ", ": ", 1).replace("_", "\\_")
        assert re.search(rf"^\| {re.escape(name)} \| {n} \|$", card, re.MULTILINE), name
