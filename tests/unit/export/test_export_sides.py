"""Duplicates, and the split of an export as a whole."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.export.export_rows import Export, read

from rtlglot.exports import ExportSpec, export
from rtlglot.exports.near_copies import LEAST_JACCARD, design_tokens, shingles

pytest.importorskip("datasketch")


def unit(name: str, number: int, extra: str = "") -> str:
    """A design of its own for each number."""
    lines = "\n".join(
        f"  assign y[{k}] = a[{(number * k) % 13}] {'&|^'[k % 3]} s{number}_{k};" for k in range(14)
    )
    return f"module {name}(input [31:0] a, b, output [13:0] y);\n{lines}{extra}\nendmodule"


def dataset(folder: Path, rows: list[tuple[str, str]]) -> Path:
    path = folder / "rows.jsonl"
    lines = (json.dumps({"id": f"r{k}", "instruction": a, "verilog": b}) for k, (a, b) in enumerate(rows))
    path.write_text("".join(line + "\n" for line in lines))
    return path


ROWS = [
    ("Write a.", unit("a", 1)),
    ("Write  a.\n", unit("a", 1)),  # the same but for white space
    ("Write b.", unit("b", 1, "\n // a comment")),  # the same design
    ("Write c.", unit("c", 1).replace("[3]", "[4]", 1)),  # a near copy
    ("Write d.", unit("d", 2)),
]


@pytest.mark.parametrize(
    ("dedup", "kept", "dropped"),
    [
        ("", [0, 1, 2, 3, 4], {}),
        ("exact", [0, 2, 3, 4], {"duplicate": 1}),
        ("code", [0, 3, 4], {"duplicate": 2}),
        ("near", [0, 4], {"near copy": 2, "duplicate": 1}),
    ],
)
def test_duplicates(
    write: Export, tmp_path: Path, dedup: str, kept: list[int], dropped: dict[str, int]
) -> None:
    summary = write("rtlcoder", output=dataset(tmp_path, ROWS), dedup=dedup)
    assert [row["Instruction"] for row in read(tmp_path / "x.jsonl")] == [ROWS[k][0] for k in kept]
    assert summary.dropped == dropped
    assert summary.rows == len(kept)


def test_the_same_text_beside_another_design_is_on_the_same_side(write: Export, tmp_path: Path) -> None:
    text = "Write a unit that does what the table of the specification says in its third chapter."
    rows = [(text, unit("a", 1)), (f"Write number {2}.", unit("b", 2)), (text, unit("c", 3))]
    summary = write("alpaca", output=dataset(tmp_path, rows), split=0.5)
    assert summary.groups == 2
    assert summary.in_groups == 2
    assert summary.largest_group == 2
    sides = [read(tmp_path / name) for name in ("x.jsonl", "x.validation.jsonl")]
    assert sorted([row["instruction"] for row in side] for side in sides) == [[text, text], [rows[1][0]]]


VARIANT = st.tuples(st.integers(0, 7), st.sampled_from(["spelled", "edited", "same"]), st.integers(0, 99))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VARIANT, min_size=4, max_size=40), st.integers(0, 5))
def test_no_near_copy_straddles_the_files(
    tmp_path: Path, made: list[tuple[int, str, int]], seed: int
) -> None:
    rows = [("Write base 100.", unit("base", 100)), ("Write base 101.", unit("base", 101))]
    for number, how, salt in made:
        text = unit(f"m{salt}" if how == "spelled" else "m", number)
        if how == "spelled":
            text = text.replace("\n", f" // {salt}\n\t")
        if how == "edited":
            text = text.replace("a[0]", f"a[{salt % 32}]", 1)
        rows.append((f"Write {number} {salt}.", text))
    random.Random(seed).shuffle(rows)
    paths = [tmp_path / "x.jsonl", tmp_path / "x.validation.jsonl"]
    spec = ExportSpec(
        output=str(dataset(tmp_path, rows)), format="alpaca", path=str(paths[0]), split=0.3, seed=seed,
        existing="replace",
    )  # fmt: skip
    summary = export(spec)
    train, validation = (
        [set(shingles(design_tokens(row["output"])).tolist()) for row in read(path)] for path in paths
    )
    assert len(train) + len(validation) == len(rows) == sum(summary.records.values())
    assert train
    assert validation
    assert not [1 for a in train for b in validation if len(a & b) / len(a | b) >= LEAST_JACCARD]


def test_the_same_seed_gives_the_same_files(write: Export, tmp_path: Path) -> None:
    output = dataset(tmp_path, [(f"Write {k}.", unit("m", k)) for k in range(40)])
    texts = []
    for name, seed in (("a.jsonl", 1), ("b.jsonl", 1), ("c.jsonl", 2)):
        write("alpaca", name, output=output, split=0.1, seed=seed)
        texts.append((tmp_path / name.replace(".", ".validation.")).read_text())
    assert texts[0] == texts[1] != texts[2]
    assert texts[0].count("\n") == 4


@pytest.mark.parametrize("settings", ["split=0.5", "dedup='near'"])
def test_without_datasketch_it_says_what_to_install(tmp_path: Path, settings: str) -> None:
    dataset(tmp_path, ROWS)
    # A real interpreter that really has no datasketch: the finder that would find it refuses.
    folder = str(tmp_path)
    code = f"""
import os, sys
os.chdir({folder!r})
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("datasketch", "numpy", "pyarrow", "datasets"):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
from rtlglot.exports import ExportSpec, export
from rtlglot.errors import UsageError
export(ExportSpec(output="rows.jsonl", format="alpaca", path="x.jsonl", dedup="exact"))
try:
    export(ExportSpec(output="rows.jsonl", format="alpaca", path="y.jsonl", {settings}))
except UsageError as error:
    print(error, error.hint)
try:
    export(ExportSpec(output="rows.jsonl", format="hf", path="hf"))
except UsageError as error:
    print(error, error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "datasketch" in done.stdout
    assert "pyarrow" in done.stdout
    assert done.stdout.count("pip install 'rtlglot[export]'") == 2
    assert len(read(tmp_path / "x.jsonl")) == 4
