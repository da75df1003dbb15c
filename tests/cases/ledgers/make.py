"""Makes the ledgers in this folder. They were made by commit fb9e352, whose schema is version 1:

    python make.py        with that version's rtlglot installed

Later versions must open them, so this is for the record: do not make them anew.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ASKED = ("--from", "instruction", "--to", "verilog", "--engine", "scripted", "--model", "replies.json")
COMMANDS = {
    "samples": ("transform", "in.jsonl", *ASKED, "--samples", "3", "--repair", "1"),
    "best": ("transform", "in.jsonl", *ASKED, "--samples", "3", "--choose", "best"),
    "all": ("transform", "in.jsonl", *ASKED, "--samples", "3", "--choose", "all"),
    "repair": ("transform", "in.jsonl", *ASKED, "--repair", "2", "--reference", "ref"),
    "auto": ("transform", "in.jsonl", *ASKED, "--samples", "2", "--reference", "ref", "--interface", "auto"),
    "described": (
        "transform", "in.jsonl", "--from", "ref", "--to", "description", "--prompt", "describe.md",
        "--engine", "scripted", "--model", "sentence",
    ),
    "checked": ("check", "in.jsonl", "--field", "ref"),
    "killed": (
        "transform", "in.jsonl", *ASKED[:-1], "waits.json", "--set", "engine.max_in_flight=1",
        "--set", "engine.log=asked",
    ),
}  # fmt: skip
"""Output -> the command that writes it, without -o."""


def main() -> None:
    """All of them."""
    for name, command in COMMANDS.items():
        output = HERE / f"{name}.jsonl"
        words = [sys.executable, "-m", "rtlglot", *command, "-o", output.name]
        words += ["--no-report"] if command[0] == "transform" else []
        process = subprocess.Popen(words, cwd=HERE)
        if name == "killed":
            while not (HERE / "asked").exists() or len((HERE / "asked").read_text().splitlines()) < 3:
                assert process.poll() is None
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with sqlite3.connect(f"{output}.ledger") as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for path in HERE.glob(f"{name}.jsonl*"):
            if path.suffix != ".ledger":
                path.unlink()
    (HERE / "asked").unlink()


if __name__ == "__main__":
    main()
