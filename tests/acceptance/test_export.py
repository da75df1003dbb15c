"""`rtlglot export`, as a user calls it after a run."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtlglot.cli.export import COMMAND
from rtlglot.exports import EXPORTS
from tests.acceptance.conftest import Shell

pytest.importorskip("datasets")
pytest.importorskip("datasketch")

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "rtl.json"


def replies() -> list[dict[str, object]]:
    """The first sample of every fifth row is broken; all other samples are the examples' own Verilog."""
    rules: list[dict[str, object]] = []
    for number, (id_, row) in enumerate(json.loads(EXAMPLES.read_text()).items()):
        good = f"```verilog\n{row['verilog']}\n```"
        bad = good.replace("endmodule", "assign = ; endmodule", 1)
        rules.append({"id": id_, "reply": [bad if number % 5 == 0 else good, good]})
    return rules


def transformed(shell: Shell, limit: int = 15) -> None:
    shell.write("rules.json", replies())
    shell.rtlglot(
        "transform", str(EXAMPLES), "--from", "instruction", "--to", "verilog", "--engine", "scripted",
        "--model", "rules.json", "--samples", "2", "--check", "syntax", "--limit", str(limit),
        "-o", "out.jsonl",
    )  # fmt: skip


def test_every_format_from_one_run(shell: Shell) -> None:
    transformed(shell)
    for name in EXPORTS:
        path = {"hf": "x-hf", "verl": "x-verl.parquet"}.get(name, f"x-{name}.jsonl")
        told = shell.rtlglot("export", "out.jsonl", "--format", name, "-o", path).stdout
        assert path in told
        assert max(map(len, told.splitlines())) <= 100
        assert (shell.folder / path).exists()
    assert len(shell.lines("x-openai.jsonl")) == 15
    pairs = shell.lines("x-preference.jsonl")
    assert len(pairs) == 3
    assert {pair["check"] for pair in pairs} == {"syntax"}
    assert all("assign = ;" in pair["rejected"] and "assign = ;" not in pair["chosen"] for pair in pairs)


def test_one_command_from_json_to_a_dataset_folder(shell: Shell) -> None:
    shell.write("rules.json", replies())
    job = (
        "transform", str(EXAMPLES), "--from", "instruction", "--to", "verilog", "--engine", "scripted",
        "--model", "rules.json", "--check", "syntax", "--limit", "6", "-o", "out.jsonl", "--export",
    )  # fmt: skip
    for wanted, said in [("hf", "NAME=PATH"), ("openai=x.csv", "name a file of"), ("nosuch=x", "alpaca")]:
        assert said in shell.rtlglot(*job, wanted, code=2).stderr
    assert not (shell.folder / "out.jsonl.ledger").exists()
    told = shell.rtlglot(*job, "hf=my-dataset").stdout
    assert "my-dataset: 4 train" in told
    assert (shell.folder / "my-dataset" / "README.md").exists()
    assert "there already" in shell.rtlglot(*job, "hf=my-dataset", code=2).stderr


def test_the_split_and_the_summary_as_json(shell: Shell) -> None:
    transformed(shell)
    arguments = ("export", "out.jsonl", "--format", "alpaca", "-o", "sft.json", "--split", "0.2", "--json")
    summary = json.loads(shell.rtlglot(*arguments, "--min-status", "syntax", "--dedup").stdout)
    assert summary["records"] == {"train": 12, "validation": 3}
    assert len(shell.json("sft.json")) == 12
    assert len(shell.json("sft.validation.json")) == 3
    assert summary["files"]["validation"] == "sft.validation.json"
    assert set(shell.json("sft.dataset_info.json")) == {"sft", "sft_validation"}


def test_a_dataset_loads_in_another_process_by_its_folder_alone(shell: Shell) -> None:
    transformed(shell)
    shell.rtlglot("export", "out.jsonl", "--format", "hf", "-o", "set", "--split", "0.2")
    code = "import datasets; d = datasets.load_dataset('set', cache_dir='cache'); print(d.num_rows)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=shell.folder, capture_output=True, text=True, check=True,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    assert loaded.stdout.strip() == "{'train': 12, 'validation': 3}"
    assert "Apache-2.0" in (shell.folder / "set" / "README.md").read_text()


def test_the_ledger_and_the_output_are_only_read(shell: Shell) -> None:
    transformed(shell)
    before = [(shell.folder / name).read_bytes() for name in ("out.jsonl", "out.jsonl.ledger")]
    shell.rtlglot("export", "out.jsonl", "--format", "preference", "-o", "x.jsonl")
    assert [(shell.folder / name).read_bytes() for name in ("out.jsonl", "out.jsonl.ledger")] == before


def test_errors_are_for_people(shell: Shell) -> None:
    shell.write("plain.jsonl", [{"instruction": "a", "verilog": "module m; endmodule"}])
    for arguments, words in (
        (("plain.jsonl", "--format", "preference"), "needs the ledger"),
        (("plain.jsonl", "--format", "alpacca"), "did you mean 'alpaca'?"),
        (("none.jsonl", "--format", "alpaca"), "none.jsonl"),
        (("plain.jsonl", "--format", "alpaca", "--split", "0.5"), "cannot be split"),
        (("plain.jsonl", "--format", "verl"), "name a file of parquet"),
    ):
        error = shell.rtlglot("export", *arguments, "-o", "x.jsonl", code=2).stderr
        assert words in error
        assert "Traceback" not in error
    assert not list(shell.folder.glob("*x.jsonl*"))


def test_what_check_wrote_is_no_output(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": "m", "verilog": "module m; endmodule"}])
    shell.rtlglot("check", "in.jsonl", "--checks", "syntax", "-o", "verdicts.jsonl")
    error = shell.rtlglot("export", "verdicts.jsonl", "--format", "alpaca", "-o", "x.jsonl", code=2).stderr
    assert "verdicts, not texts" in error
    assert "--keep FILE" in error  # since check can write texts too, the way to them is told


def test_what_check_kept_finds_its_ledger_elsewhere(shell: Shell) -> None:
    good, bad = "module m(input a, output y); assign y = a; endmodule", "module m; endmodul"
    rows = [("g", good), ("b", bad)]
    shell.write("in.jsonl", [{"id": n, "instruction": n, "verilog": v} for n, v in rows])
    shell.rtlglot("check", "in.jsonl", "--checks", "syntax", "-o", "verdicts.jsonl", "--keep", "kept.jsonl")
    export = ("export", "kept.jsonl", "--format", "alpaca", "--min-status", "syntax", "-o", "x.jsonl")
    assert "name it by --ledger" in shell.rtlglot(*export, code=2).stderr
    shell.rtlglot(*export, "--ledger", "verdicts.jsonl")
    assert [
        row["output"] for row in map(json.loads, (shell.folder / "x.jsonl").read_text().splitlines())
    ] == [good]


def test_the_help_names_every_format() -> None:
    for name in EXPORTS:
        assert f"\n  {name} " in COMMAND.epilog


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize(("format", "path"), [("alpaca", "x.jsonl"), ("hf", "x")])
def test_a_killed_export_leaves_nothing_and_the_next_one_cleans_up(
    shell: Shell, format: str, path: str
) -> None:
    row = {"instruction": "Write it.", "verilog": "module m; " + "wire w; " * 200 + "endmodule"}
    shell.write("big.jsonl", [{"id": k, **row} for k in range(30_000)])
    command = [sys.executable, "-m", "rtlglot", "export", "big.jsonl", "--format", format, "-o", path]
    process = subprocess.Popen(command, cwd=shell.folder, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(shell.folder.glob(f".{path}.*.tmp")):
        assert process.poll() is None, "it was done before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (shell.folder / path).exists()
    shell.write("big.jsonl", [{"id": k, **row} for k in range(10)])
    shell.rtlglot("export", "big.jsonl", "--format", format, "-o", path)
    assert (shell.folder / path).exists()
    assert not list(shell.folder.glob(f".{path}.*"))
