"""The example designs in `examples/rtl.json` are complete, and the tools agree with the texts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ROWS: dict[str, dict[str, str]] = json.loads((EXAMPLES / "rtl.json").read_text("utf-8"))
FIELDS = ("instruction", "description", "verilog")

# slang runs in a child of its own: a crash there must not end the test run.
ELABORATE = """
import json, sys
from pyslang import ast, syntax

def port(symbol):
    return {"name": symbol.name, "width": symbol.type.bitWidth}

def facts(verilog):
    compilation = ast.Compilation()
    compilation.addSyntaxTree(syntax.SyntaxTree.fromText(verilog))
    return {
        "diagnostics": [str(found.code) for found in compilation.getAllDiagnostics()],
        "tops": {
            top.name: [port(symbol) for symbol in top.body.portList]
            for top in compilation.getRoot().topInstances
        },
    }

rows = json.load(sys.stdin)
json.dump({row_id: facts(row["verilog"]) for row_id, row in rows.items()}, sys.stdout)
"""


def elaborate(rows: dict[str, dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Per id: slang's diagnostics (warnings too) and the ports of each top module."""
    child = subprocess.run(
        [sys.executable, "-c", ELABORATE],
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    facts: dict[str, dict[str, Any]] = json.loads(child.stdout)
    return facts


@pytest.fixture(scope="module")
def elaborated() -> dict[str, dict[str, Any]]:
    return elaborate(ROWS)


def names(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def test_there_are_at_least_thirty_designs() -> None:
    assert len(ROWS) >= 30


def test_no_id_occurs_twice() -> None:
    pairs = json.loads((EXAMPLES / "rtl.json").read_text("utf-8"), object_pairs_hook=lambda found: found)
    assert len({row_id for row_id, _ in pairs}) == len(pairs)


def test_the_readme_lists_every_design() -> None:
    readme = (EXAMPLES / "README.md").read_text("utf-8")
    assert [row_id for row_id in ROWS if f"`{row_id}`" not in readme] == []


def test_a_broken_design_would_be_noticed() -> None:
    broken = {"broken": {"verilog": "module broken(input a, output y); assign y = b; endmodule"}}
    assert elaborate(broken)["broken"]["diagnostics"] != []


@pytest.mark.parametrize("row_id", ROWS)
def test_fields_are_filled(row_id: str) -> None:
    row = ROWS[row_id]
    assert all(row[field].strip() for field in FIELDS)
    assert row["topic"]
    assert row["license"] == "Apache-2.0"


@pytest.mark.parametrize("row_id", ROWS)
def test_elaborates_without_a_diagnostic(row_id: str, elaborated: dict[str, dict[str, Any]]) -> None:
    assert elaborated[row_id]["diagnostics"] == []


@pytest.mark.parametrize("row_id", ROWS)
def test_the_only_top_module_is_named_like_the_id(row_id: str, elaborated: dict[str, dict[str, Any]]) -> None:
    assert list(elaborated[row_id]["tops"]) == [row_id]
    assert names(ROWS[row_id]["instruction"], row_id)
    assert names(ROWS[row_id]["description"], row_id)


@pytest.mark.parametrize("row_id", ROWS)
@pytest.mark.parametrize("field", ["instruction", "description"])
def test_the_texts_name_every_port(row_id: str, field: str, elaborated: dict[str, dict[str, Any]]) -> None:
    ports = [port["name"] for port in elaborated[row_id]["tops"][row_id]]
    assert ports
    assert [port for port in ports if not names(ROWS[row_id][field], port)] == []


@pytest.mark.parametrize("row_id", ROWS)
def test_widths_written_before_a_port_are_its_own(row_id: str, elaborated: dict[str, dict[str, Any]]) -> None:
    for port in elaborated[row_id]["tops"][row_id]:
        stated = re.compile(rf"(\d+)-bit (?:(?:un)?signed )?(?:(?:in|out)puts? )?{port['name']}\b")
        for text in (ROWS[row_id]["instruction"], ROWS[row_id]["description"]):
            assert all(int(width) == port["width"] for width in stated.findall(text))


@pytest.mark.parametrize("row_id", ROWS)
def test_the_description_describes(row_id: str) -> None:
    description = ROWS[row_id]["description"]
    assert 40 <= len(description.split()) <= 160
    assert description.endswith(".")
    assert not re.search(r"\balways\s*@|\bassign\s+\w+\s*=|<=|\bendmodule\b|```", description)
