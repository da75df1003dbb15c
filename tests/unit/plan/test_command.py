"""`rtlglot plan` as a user sees it."""

import json
from pathlib import Path

import pytest

from rtlglot import cli
from rtlglot.cli.plan import gib
from rtlglot.engines.vllm.gpus import parse
from rtlglot.errors import UsageError


def run(line: str) -> int:
    return cli.run(["plan", *line.split()])


LLAMA_70B = "--model meta-llama/Llama-3.1-70B-Instruct --gpu-memory 80"
LLAMA_8B = "--model meta-llama/Llama-3.1-8B-Instruct --gpu-memory 80"


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{LLAMA_70B} --gpus 4 --max-model-len 8192 --json") == 0
    made = json.loads(capsys.readouterr().out)
    wanted = {"fits": True, "tensor_parallel": 4, "pipeline_parallel": 1, "data_parallel": 1}
    assert {key: made[key] for key in wanted} == wanted
    assert made["weights_gib_per_gpu"] == pytest.approx(32.9, abs=0.05)
    assert (made["kv_tokens"], made["rows_in_flight"]) == (493_328, 704)
    assert [split["tensor_parallel"] for split in made["alternatives"]] == [1, 2, 4]


def test_nothing_fits_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{LLAMA_70B} --gpus 2 --json") == 1
    made = json.loads(capsys.readouterr().out)
    assert made["fits"] is False
    assert made["tensor_parallel"] is None
    assert made["max_model_len"] == 131_072
    assert any("--gpus 4" in way for way in made["would_fit"])
    assert run(f"{LLAMA_70B} --gpus 2") == 1
    assert "Nothing fits. What would:" in capsys.readouterr().out


@pytest.mark.parametrize("gpus", ["1", "2", "4", "6", "16"])
def test_table_fits_80_columns(gpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(f"{LLAMA_70B} --gpus {gpus} --max-model-len 8192")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80


def test_replicas_with_what_was_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{LLAMA_8B} --gpus 4 --max-model-len 8192") == 0
    out = capsys.readouterr().out
    chosen = next(line for line in out.splitlines() if line.startswith(" *"))
    assert chosen.split()[1:4] == ["1", "1", "4"]
    assert "~120" in chosen
    assert "54.4" in out
    assert "--tensor-parallel 1 --data-parallel 4" in out


def test_context_from_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{LLAMA_70B} --gpus 2 --max-model-len auto --prompt-tokens 1500 --max-tokens 500 --json") == 0
    assert json.loads(capsys.readouterr().out)["max_model_len"] == 2000
    with pytest.raises(UsageError, match="longest prompt"):
        run(f"{LLAMA_70B} --gpus 2 --max-model-len auto")


def test_context_from_a_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.jsonl"
    texts = ["short", "a long instruction " * 800, "middling " * 50]
    rows.write_text("".join(json.dumps({"instruction": text}) + "\n" for text in [*texts]))
    flags = f"{LLAMA_70B} --gpus 2 --max-model-len auto --input {rows} --max-tokens 500 --json"
    assert run(flags) == 0
    out, err = capsys.readouterr()
    assert "longest prompt of 3 rows" in err
    # At least the long row's tokens, one for each of its words, and the reply.
    assert 2400 + 500 < json.loads(out)["max_model_len"] < 8000
    with pytest.raises(UsageError, match="no row can be asked"):
        run(flags.replace("--input", "--from verilog --to description --input"))


@pytest.mark.parametrize(
    ("text", "shown"), [("80", 79.1), ("80GB", 79.1), ("44.5GiB", 44.5), ("81000MiB", 79.1)]
)
def test_memory(text: str, shown: float) -> None:
    assert gib(text) == pytest.approx(shown, abs=0.01)


@pytest.mark.parametrize("flags", ["--gpu-memory lots", "--gpu-memory 0", "--max-model-len never"])
def test_bad_values(flags: str) -> None:
    with pytest.raises(UsageError, match=flags.split()[-1]):
        run(f"--model smollm2-135m-instruct --gpus 1 --gpu-memory 80 {flags}")


LISTING = """\
0, GPU-aaaa, 81559, 559
1, GPU-bbbb, 81559, [N/A]
2, GPU-cccc, 24576, 300
"""


def test_gpus_of_the_driver() -> None:
    assert parse(LISTING, None) == pytest.approx({"0": 79.1, "1": 79.65, "2": 23.7}, abs=0.01)
    assert list(parse(LISTING, "2,0")) == ["2", "0"]
    assert list(parse(LISTING, "GPU-bbbb")) == ["GPU-bbbb"]
    assert parse(LISTING, "") == {}
    # As CUDA does: nothing after the first unknown device.
    assert list(parse(LISTING, "0,7,1")) == ["0"]
    assert parse("No devices were found\n", None) == {}
