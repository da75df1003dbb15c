"""`rtlglot demo`: the first thing a new user runs, on the real embedded model."""

import re
import shlex

import pytest

from rtlglot import models
from tests.acceptance.conftest import Shell

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(
        models.find(models.EMBEDDED) is None,
        reason=f"the embedded model is not here: rtlglot models pull {models.EMBEDDED}",
    ),
]


def test_the_demo_shows_rows_with_their_verdicts_and_what_to_do_next(shell: Shell) -> None:
    first = shell.rtlglot("demo", "--limit", "6")
    assert "done: 6 rows" in first.stderr
    assert "three of the rows" in first.stdout
    assert "accepted, rebuilt" in first.stdout
    assert "rejected: The check" in first.stdout
    assert (shell.folder / "demo/roundtrip.jsonl.report.html").exists()
    refused = [row for row in shell.lines("demo/described.json.failures.jsonl") if row["text"]]
    accepted = shell.json("demo/described.json")
    assert re.search(r"\baccepted\b", first.stdout) or not accepted
    assert f"{refused[0]['status']}: " in first.stdout if refused else accepted
    assert (shell.folder / "demo/described.json.report.html").exists()

    again = shell.rtlglot("demo", "--limit", "6")
    assert "6 rows were settled before and reused" in again.stderr
    assert again.stdout == first.stdout

    command = next(line for line in first.stdout.splitlines() if line.endswith("verdicts.jsonl"))
    verdicts = shell.rtlglot(*shlex.split(command)[1:])
    assert "0 rejected" in verdicts.stdout
