"""Input and output on S3: streamed, whole or not at all, through faults, and without a secret anywhere."""

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.cli import main
from rtlglot.errors import InputError, OutputError, UsageError
from tests.ray.conftest import Work, a_cluster, rows
from tests.ray.test_urls import goes_on_at
from tests.remote.conftest import SECRET, Store

ROWS = 60
DESIGN = "module m(input a, output y);\n  assign y = a ^ {};\nendmodule\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a script in which every seventh row fails."""
    monkeypatch.chdir(tmp_path)
    rules = [
        {"when": r"Unit \d*7\.", "reply": ""},
        {"when": "Unit (?P<n>\\d+)", "reply": "It is unit {{ n }}."},
    ]
    Path("script.jsonl").write_text("".join(json.dumps(rule) + "\n" for rule in rules))
    return tmp_path


def data(rows: int = ROWS) -> bytes:
    return b"".join(b'{"id": "r%d", "instruction": "Unit %d."}\n' % (n, n) for n in range(rows))


def words(source: str, output: str, *more: str) -> list[str]:
    return [
        "transform", source, "--from", "instruction", "--to", "description", "--check", "none", "--no-report",
        "--engine", "scripted", "--model", "script.jsonl", "-o", output, *more,
    ]  # fmt: skip


def local(here: Path) -> tuple[bytes, bytes]:
    """What a run with local files writes."""
    (here / "local.jsonl").write_bytes(data())
    assert main(words("local.jsonl", "one.jsonl")) == 0
    return (here / "one.jsonl").read_bytes(), (here / "one.jsonl.failures.jsonl").read_bytes()


def test_in_and_out_are_what_they_are_with_local_files(here: Path, store: Store) -> None:
    whole = local(here)
    store.put("in/rows.jsonl.gz", gzip.compress(data()))
    job = words("s3://bucket/in/rows.jsonl.gz", "s3://bucket/out/told.jsonl")
    assert main(job) == 0
    assert (store.get("out/told.jsonl"), store.get("out/told.jsonl.failures.jsonl")) == whole
    assert (here / "told.jsonl.ledger").exists()
    assert store.get("out/told.jsonl.ledger") is None
    log = here / "asked.jsonl"
    again = [*job, "--set", f"engine.log={log}"]
    assert main(again) == 0
    assert not log.exists(), "nothing is asked twice"
    store.put("in/rows.jsonl.gz", gzip.compress(data(ROWS + 2)))
    assert main(again) == 0
    assert len(log.read_text().splitlines()) == 2, "an object that has changed is read again"
    told = b"".join(path.read_bytes() for path in here.iterdir() if path.is_file())
    assert SECRET.encode() not in told


def test_a_store_that_stumbles_is_asked_again(here: Path, store: Store) -> None:
    whole = local(here)
    store.put("rows.jsonl", data())

    def stumble(method: str, path: str) -> tuple[int, str] | None:
        if "list-type" in path:
            time.sleep(0.3)
        return (503, "SlowDown") if len(store.asked) % 3 == 1 else None

    store.fault = stumble
    assert main(words("s3://bucket/rows.jsonl", "s3://bucket/told.jsonl")) == 0
    store.fault = lambda method, path: None
    assert (store.get("told.jsonl"), store.get("told.jsonl.failures.jsonl")) == whole


def test_credentials_that_expire_lose_nothing(
    here: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = local(here)
    store.put("rows.jsonl", data())
    store.put("told.jsonl", b"older\n")
    job = words("s3://bucket/rows.jsonl", "s3://bucket/told.jsonl")
    assert main(job) == 2
    assert "s3://bucket/told.jsonl exists" in capsys.readouterr().err
    store.fault = lambda method, path: (400, "ExpiredToken") if method == "PUT" else None
    assert main([*job, "--existing", "replace"]) != 0
    said = capsys.readouterr().err
    assert "expired" in said
    assert "the same command uploads it" in said
    assert SECRET not in said
    assert store.get("told.jsonl") == b"older\n"
    store.fault = lambda method, path: None
    log = here / "asked.jsonl"
    assert main([*job, "--existing", "replace", "--set", f"engine.log={log}"]) == 0
    assert not log.exists()
    assert store.get("told.jsonl") == whole[0]


def test_what_cannot_be_opened_is_told(here: Path, store: Store) -> None:
    with pytest.raises(InputError, match="no such file"):
        rtlglot.transform("s3://bucket/nothing.jsonl", "o.jsonl", source="a", target="b")
    store.fault = lambda method, path: (403, "AccessDenied")
    with pytest.raises(InputError, match="access is denied") as denied:
        rtlglot.transform("s3://bucket/rows.jsonl", "o.jsonl", source="a", target="b")
    assert "AWS_PROFILE" in denied.value.hint
    with pytest.raises(UsageError, match="credentials in it") as refused:
        rtlglot.transform(f"s3://AKIA:{SECRET}@bucket/rows.jsonl", "o.jsonl", source="a", target="b")
    assert SECRET not in f"{refused.value} {refused.value.hint}"
    with pytest.raises(UsageError):
        rtlglot.transform("nowhere://bucket/rows.jsonl", "o.jsonl", source="a", target="b")
    pair: dict[str, Any] = {
        "source": "instruction",
        "target": "description",
        "model": "sentence",
    }
    with pytest.raises(OutputError, match=r"s3://bucket/o\.jsonl: cannot be written: access is denied"):
        rtlglot.transform([{"instruction": "x"}], "s3://bucket/o.jsonl", engine="scripted", **pair)


def test_shards_of_a_check_of_a_folder_are_merged_to_a_url(here: Path, store: Store) -> None:
    for number in range(6):
        store.put(f"rtl/d{number}.v", DESIGN.format(number % 2).encode())
    store.put("rtl/notes.txt", b"no design")
    store.put("rtl/bad.sv", b"module m(;")
    job = [
        "check",
        "s3://bucket/rtl/",
        "--check",
        "syntax",
        "--no-report",
        "--keep",
        "s3://bucket/out/clean.jsonl",
    ]
    for number in (1, 2):
        assert main([*job, "--shard", f"{number}/2", "--ledger-dir", "work"]) == 0
        assert store.get(f"out/clean.{number}-of-2.jsonl")
    assert main(["merge", "work/clean.1-of-2.jsonl"]) == 0
    kept = [json.loads(line)["id"] for line in (store.get("out/clean.jsonl") or b"").splitlines()]
    assert kept == [f"d{number}.v" for number in range(6)]


def test_a_local_run_loads_nothing_of_it(here: Path) -> None:
    (here / "in.jsonl").write_bytes(data(3))
    code = (
        "import sys; from rtlglot.cli import main\n"
        f"assert main({words('in.jsonl', 'out.jsonl')!r}) == 0\n"
        "assert not {'fsspec', 's3fs', 'boto3', 'aiobotocore'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.timeout(600)
def test_a_cluster_reads_and_writes_there_and_goes_on_through_faults(here: Path, store: Store) -> None:
    lines = rows(60)
    store.put("in/a.jsonl", "".join(lines[:20]).encode())
    store.put("in/b.jsonl", "".join(lines[20:]).encode())

    def parts() -> int:
        listed: bytes = store.call("GET", "/bucket?list-type=2")[1]
        return listed.count(b".parquet</Key>")

    store.fault = lambda method, path: (503, "SlowDown") if len(store.asked) % 9 == 1 else None
    with a_cluster(nodes=1) as address:
        goes_on_at(Work(here, address, 60, source="in/", store="s3://bucket"), parts)
    told = b"".join(path.read_bytes() for path in here.rglob("*") if path.is_file())
    assert SECRET.encode() not in told
