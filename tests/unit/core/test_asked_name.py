"""The name that a row's own instruction states, from the row to the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import rtlglot

INSTRUCTION = (
    "Implement a module named TopModule with the following interface.\n\n - input a\n - output y\n\nInvert a."
)
REFERENCE = "module RefModule(input a, output y);\n  assign y = ~a;\nendmodule"
OBEDIENT = REFERENCE.replace("RefModule", "TopModule")


def ended(tmp_path: Path, reply: str, interface: str = "") -> str:
    """What the row ends as, with a reply that is given."""
    rows, script, output = tmp_path / "in.jsonl", tmp_path / "script.json", tmp_path / "out.jsonl"
    rows.write_text(json.dumps({"id": "x", "instruction": INSTRUCTION, "ref": REFERENCE}) + "\n")
    script.write_text(json.dumps([{"id": "x", "reply": reply}]))
    summary = rtlglot.transform(
        str(rows),
        str(output),
        source="instruction",
        target="verilog",
        engine="scripted",
        model=str(script),
        reference="ref",
        interface=interface,
    )
    return "accepted" if summary.accepted else next(iter(summary.reasons))


def test_the_obedient_answer_is_accepted(tmp_path: Path) -> None:
    assert ended(tmp_path, OBEDIENT) == "accepted"


def test_the_reference_s_own_name_is_not_what_was_asked_for(tmp_path: Path) -> None:
    assert ended(tmp_path, REFERENCE) == "rejected check_failed"


def test_the_required_header_has_the_name_that_the_instruction_states(tmp_path: Path) -> None:
    assert ended(tmp_path, OBEDIENT, interface="auto") == "accepted"
