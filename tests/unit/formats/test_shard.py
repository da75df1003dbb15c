"""Shards: parts of a dataset that stay what they are when lines are inserted."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlglot.errors import UsageError
from rtlglot.formats import Selection, Shard, open_dataset, parts_of, refuse_other_parts, shard_from, whole_of

ARRAY = {"SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "8", "SLURM_ARRAY_TASK_COUNT": "8"}


def ids_by_shard(path: Path, of: int, **selection: object) -> list[list[str]]:
    shards = [Selection(shard=Shard(n, of), **selection) for n in range(1, of + 1)]  # type: ignore[arg-type]
    return [[row.id for row in open_dataset(path, shard)] for shard in shards]


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@given(st.lists(st.text(max_size=8), max_size=40), st.integers(1, 9))
def test_every_row_is_in_one_shard(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], of: int
) -> None:
    path = tmp_path_factory.mktemp("shards") / "in.jsonl"
    write(path, [{"id": f"r{n}", "text": text} for n, text in enumerate(texts)])
    found = ids_by_shard(path, of)
    assert sorted(id_ for ids in found for id_ in ids) == sorted(f"r{n}" for n in range(len(texts)))


@pytest.mark.parametrize("named", [True, False], ids=["with ids", "by line number"])
def test_an_inserted_line_moves_no_other_row(tmp_path: Path, named: bool) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"unit {n}", **({"id": f"r{n}"} if named else {})} for n in range(200)
    ]
    new: dict[str, object] = {"text": "new", **({"id": "new"} if named else {})}

    def texts(path: Path) -> list[set[object]]:
        parts = (open_dataset(path, Selection(shard=Shard(n, 5))) for n in range(1, 6))
        return [{row.fields["text"] for row in part} - {"new"} for part in parts]

    before = texts(write(tmp_path / "a.jsonl", rows))
    assert before == texts(write(tmp_path / "b.jsonl", [*rows[:7], new, *rows[7:]]))
    assert all(len(part) > 15 for part in before), "the parts are about equal"


def test_limit_and_filter_are_those_of_the_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [{"id": n, "odd": n % 2} for n in range(100)])
    whole = [row.id for row in open_dataset(path, Selection(where="odd", limit=20))]
    found = ids_by_shard(path, 3, where="odd", limit=20)
    assert sorted(int(id_) for ids in found for id_ in ids) == sorted(map(int, whole))


@pytest.mark.parametrize("text", ["0/8", "9/8", "1/0", "x", "1", "-1/8", "1/8/2"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="shard"):
        shard_from(text)


def test_a_task_of_a_job_array_knows_its_shard() -> None:
    assert shard_from("slurm", {**ARRAY, "SLURM_ARRAY_TASK_ID": "3"}) == Shard(3, 8)
    from_0 = {"SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "7", "SLURM_ARRAY_TASK_COUNT": "8"}
    assert shard_from("slurm", {**from_0, "SLURM_ARRAY_TASK_ID": "0"}) == Shard(1, 8)


@pytest.mark.parametrize(
    "changed",
    [
        {"SLURM_ARRAY_TASK_COUNT": "2"},  # --array=1,8
        {"SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_MAX": "3", "SLURM_ARRAY_TASK_COUNT": "1"},
        {"SLURM_ARRAY_TASK_MIN": "5", "SLURM_ARRAY_TASK_COUNT": "4"},
        {"SLURM_ARRAY_TASK_COUNT": ""},
    ],
)
def test_an_array_that_does_not_tell_the_number_of_shards_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(UsageError) as error:
        shard_from("slurm", {**ARRAY, "SLURM_ARRAY_TASK_ID": "8", **changed})
    assert "array" in f"{error.value} {error.value.hint}"


@pytest.mark.parametrize("name", ["out.jsonl", "out.v2.jsonl.gz", "a b.parquet", "out [1].csv"])
def test_a_part_is_named_after_its_output_and_found_again(tmp_path: Path, name: str) -> None:
    output = tmp_path / name
    part = Shard(2, 8).named(output)
    assert ".2-of-8." in part.name
    assert whole_of(part) == (output, Shard(2, 8))
    Path(f"{part}.ledger").touch()
    assert parts_of(output) == {Shard(2, 8): part}
    refuse_other_parts(output, Shard(1, 8))
    with pytest.raises(UsageError, match="one of 8"):
        refuse_other_parts(output, Shard(1, 4))
