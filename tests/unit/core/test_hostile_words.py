"""Ids, field names and replies may hold what a terminal acts on: neither the screen nor the log shows it."""

import json
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rtlglot.errors import printable

BELL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_a_terminal_acts_on_is_left(text: str) -> None:
    told = printable(text)
    assert all(c.isprintable() or c in "\n\t" for c in told)
    told.encode()
    if text.isprintable():
        assert told == text


def test_no_command_prints_or_logs_an_escape_sequence(tmp_path: Path) -> None:
    source, script = tmp_path / "in.jsonl", tmp_path / "script.json"
    rows = [{"id": f"r{n}{BELL}", "instruction": f"Design {n}.{BELL}", f"f{BELL}": BELL} for n in range(3)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    script.write_text(json.dumps([{"error": "row", "message": f"refused {BELL}"}]))
    base = ["--from", "instruction", "--to", "description", "--check", "none", "--engine", "scripted"]
    commands = [
        ["transform", str(source), *base, "--model", str(script), "-o", str(tmp_path / "out.jsonl")],
        ["transform", str(source), *base, "--map", f"no{BELL}=thing{BELL}", "-o", str(tmp_path / "o2.jsonl")],
        ["status", str(tmp_path / "out.jsonl")],
        ["compare", str(tmp_path / "out.jsonl"), str(tmp_path / "out.jsonl")],
        ["check", str(source), "--field", f"f{BELL}", "-o", str(tmp_path / "verdicts.jsonl")],
    ]
    for words in commands:
        done = subprocess.run(
            [sys.executable, "-m", "rtlglot", *words], capture_output=True, text=True, timeout=120
        )
        shown = done.stdout + done.stderr
        assert all(c.isprintable() or c in "\n\t" for c in shown), (words[0], ascii(shown))
    log = (tmp_path / "out.jsonl.log").read_text()
    assert "refused" in log
    assert all(c.isprintable() or c in "\n\t" for c in log)
