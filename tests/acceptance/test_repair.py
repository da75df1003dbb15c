"""Repair on the 174 programs of RTLFixer's set that a language model wrote and that do not compile.

The data is not part of the project: `RTLFIXER` names the file, else it is looked for beside the
checkout. docs/checks.md has the table that these figures come from.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shell

DATA = Path(
    os.environ.get("RTLFIXER", Path(__file__).parents[3] / "shared/data/repair_rtlfixer_syntax.jsonl")
)
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"needs {DATA.name} (RTLFIXER names it)")

COMPILES = {"239", "242", "737", "1486"}
"""Rows whose program is in order today: old compilers stumbled over other things than mistakes."""
INCOMPLETE = {"28", "339", "1904", "1986", "2007"}
"""Rows that instantiate a module which is not in the text."""
HEADER_TWICE = set(
    "789 2176 2188 2194 2198 2202 2206 2209 2215 2261 2300 2309 2314 2329 2371 2378 2414".split()
)
"""Rows with a header that is never ended, then the whole module: reading the reply drops the former."""

CUT = "1946"
"""Has no endmodule: as a reply it was cut off, and is no candidate that could be mended."""

ENGINE = '''
import json

ROWS = {str(r["index"]): r for r in map(json.loads, open("rows.jsonl"))}
WANTED = json.load(open("wanted.json"))

def answer(request):
    """The solution where the last message holds the finding on the broken program, else that program."""
    row, said = ROWS[request.row_id], request.messages[-1].content
    wanted = WANTED.get(request.row_id)
    mended = wanted is not None and wanted in said
    return row["canonical_solution" if mended else "broken"]
'''


RAW = """---
from: description
to: verilog
extract: raw
max_tokens: 4000
---
# user

{{ row.description }}
"""


def findings(shell: Shell, rows: str, field: str) -> dict[str, tuple[str, str]]:
    """Row -> the rung that says no to a field and the first error there, by `rtlglot check`; the status
    of synthesis and '' where none does."""
    output = f"{field}.verdicts.jsonl"
    shell.rtlglot("check", rows, "--id", "index", "--field", field, "-o", output)
    found = {}
    for row in shell.lines(output):
        found[row["id"]] = (row["verdicts"]["synth"]["status"], "")
        for name, verdict in row["verdicts"].items():
            if verdict["status"] == "fail":
                errors = [f["message"] for f in verdict["findings"] if f["severity"] == "error"]
                found[row["id"]] = (name, errors[0])
    return found


@needs_data
def test_what_is_flagged_today(shell: Shell) -> None:
    shell.write("rows.jsonl", DATA.read_text())
    found = findings(shell, "rows.jsonl", "broken")
    assert Counter(rung for rung, _ in found.values()) == {
        "syntax": 29, "elaborate": 136, "incomplete": 5, "pass": 4,
    }  # fmt: skip
    assert {row for row, (rung, _) in found.items() if rung == "pass"} == COMPILES
    assert {row for row, (rung, _) in found.items() if rung == "incomplete"} == INCOMPLETE


@needs_data
@pytest.mark.parametrize("prompt", ["built-in", "raw"])
def test_what_is_flagged_is_mended_once_the_prompt_holds_the_finding(shell: Shell, prompt: str) -> None:
    shell.write("rows.jsonl", DATA.read_text())
    shell.write("model.py", ENGINE)
    shell.write("raw.md", RAW)
    job = ["transform", "rows.jsonl", "--id", "index", "--from", "description", "--to", "verilog"]
    job += ["--engine", "scripted", "--model", "model.py:answer", "-o", "out.jsonl", "--no-share"]
    job += ["--prompt", "raw.md"] if prompt == "raw" else []

    shell.write("wanted.json", {})
    shell.rtlglot(*job)
    at_once = {row["id"] for row in shell.lines("out.jsonl")}
    assert at_once == COMPILES | INCOMPLETE | (HEADER_TWICE if prompt == "built-in" else set())

    rejected = [row for row in shell.lines("out.jsonl.failures.jsonl") if row["status"] == "rejected"]
    shell.write("rejected.jsonl", rejected)
    found = findings(shell, "rejected.jsonl", "text")
    assert all(message for _, message in found.values())
    # as long as the prompt holds something else nothing is mended
    shell.write("wanted.json", dict.fromkeys(found, "these words are in no finding"))
    shell.rtlglot(*job, "--repair", "1")
    assert {row["id"] for row in shell.lines("out.jsonl")} == at_once

    for ours in ("out.jsonl.ledger", "out.jsonl", "out.jsonl.failures.jsonl"):
        (shell.folder / ours).unlink()
    shell.write("wanted.json", {row: message for row, (_, message) in found.items()})
    shell.rtlglot(*job, "--repair", "1")
    accepted = shell.lines("out.jsonl")
    left = {row["id"]: row["reason"] for row in shell.lines("out.jsonl.failures.jsonl")}
    assert left == ({CUT: "truncated"} if prompt == "built-in" else {})
    assert len(accepted) + len(left) == 174
    solutions = {str(row["index"]): row["canonical_solution"].strip() for row in shell.lines("rows.jsonl")}
    mended = [row for row in accepted if row["id"] not in at_once]
    assert len(mended) == len(rejected)
    assert all(row["verilog"].strip() == solutions[row["id"]] for row in mended)
