"""The seed's script: its ten flags, its eight functions, its output file."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import vlsi_transformer as seed

from rtlglot import Model
from rtlglot.records import Reply
from tests.server import Stub

SCRIPT = Path(seed.__file__)

FLAGS = {
    "--model": "meta-llama/Llama-3.1-8B-Instruct",
    "--json_file": "rtl.json",
    "--max_batch_size": "1000",
    "--temperature": "0.4",
    "--top_p": "0.9",
    "--max_tokens": "200",
    "--log_file": "vllm_processing.log",
    "--num_gpus": "1",
    "--input_field": "instruction",
    "--output_field": "description",
}

SIGNATURES = {
    "main": [],
    "generate_system_message": ["input_type", "output_type"],
    "generate_user_message": ["input_type", "output_type"],
    "create_prompt": ["input_text", "system_message", "user_message"],
    "process_batch": ["prompts", "request_ids", "llm", "sampling_params"],
    "send_request": ["prompts", "llm", "sampling_params"],
    "join_requests": ["json_content", "completed_requests", "json_file", "input_field", "output_field"],
    "write_responses": ["new_data", "output_file"],
}

PAIRS = [
    (a, b)
    for a in ("instruction", "description", "verilog")
    for b in ("instruction", "description", "verilog")
    if a != b
]


def test_the_help_has_every_flag_with_its_whole_default() -> None:
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "--help"],
        capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "60"},
    )  # fmt: skip
    for flag, default in FLAGS.items():
        assert flag in run.stdout
        assert f"(default: {default})" in " ".join(run.stdout.split())
    assert "meta-llama/Llama-3.1-8B-Instruct" in run.stdout


def test_the_eight_functions_have_the_seeds_signatures() -> None:
    for name, parameters in SIGNATURES.items():
        assert list(inspect.signature(getattr(seed, name)).parameters) == parameters


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_messages_for_all_six_pairs(source: str, target: str) -> None:
    system = seed.generate_system_message(source, target)
    user = seed.generate_user_message(source, target)
    assert len(system) > 400
    assert "Example" in system
    assert {"instruction": "request", "verilog": "verilog", "description": "descri"}[target] in user.lower()
    chat = seed.create_prompt("THE TEXT", system, user)
    assert [turn["role"] for turn in chat] == ["system", "user"]
    assert chat[1]["content"].endswith("THE TEXT")
    assert chat[1]["content"].startswith(user[:20])


def test_the_functions_together_do_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content: dict[str, dict[str, Any]] = {
        "1": {"instruction": "Design a gate.", "n": 1},
        "2": {"instruction": "Design a latch."},
        "3": {},
    }
    ids = ["1", "2"]
    prompts = [
        seed.create_prompt(
            content[i]["instruction"],
            seed.generate_system_message("instruction", "description"),
            seed.generate_user_message("instruction", "description"),
        )
        for i in ids
    ]
    sampling = SimpleNamespace(max_tokens=200, temperature=0.4, top_p=0.9)
    with Model("echo", "scripted") as llm:
        replies = seed.send_request(prompts, llm, sampling)
        completed = seed.process_batch(prompts, ids, llm, sampling)
    assert [reply.text for reply in replies if isinstance(reply, Reply)] == [completed["1"], completed["2"]]
    seed.join_requests(content, completed, "rtl.json", "instruction", "description")
    written = json.loads(Path("rtl_Llama-3.1-8B-Instruct_with_description.json").read_text())
    assert set(written) == {"1", "2"}
    assert written["1"]["n"] == 1
    assert written["1"]["description"].endswith("Design a gate.")
    seed.write_responses({"9": {"description": "new"}}, "rtl_Llama-3.1-8B-Instruct_with_description.json")
    assert set(json.loads(Path("rtl_Llama-3.1-8B-Instruct_with_description.json").read_text())) == {
        "1",
        "2",
        "9",
    }


def run_seed(folder: Path, *flags: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
    result = subprocess.run(
        [sys.executable, str(SCRIPT), *flags], cwd=folder, capture_output=True, text=True, timeout=200
    )
    assert result.returncode == code, result.stderr
    return result


def test_2500_rows_with_a_missing_field_and_an_over_long_prompt_lose_two_rows_and_no_more(
    tmp_path: Path,
) -> None:
    rows = {str(n): {"instruction": f"Design unit {n}.", "n": n} for n in range(2500)}
    del rows["1200"]["instruction"]
    rows["1700"]["instruction"] = "long " * 200_000
    (tmp_path / "rtl.json").write_text(json.dumps(rows))
    (tmp_path / "say.py").write_text(
        "def say(request):\n    return f'The unit {request.row_id} drives its output high while enabled.'\n"
    )
    run_seed(tmp_path, "--model", "say.py:say")
    output = tmp_path / "rtl_say.py_say_with_description.json"
    written = json.loads(output.read_text())
    assert len(written) == 2498
    assert list(written) == [str(n) for n in range(2500) if n not in (1200, 1700)]
    assert written["7"] == {
        **rows["7"],
        "description": "The unit 7 drives its output high while enabled.",
        "status": "accepted",
        "reason": "ok",
        "assurance": "read",
    }
    failures = [json.loads(line) for line in Path(f"{output}.failures.jsonl").read_text().splitlines()]
    assert {row["id"]: row["reason"] for row in failures} == {
        "1200": "missing_field",
        "1700": "prompt_too_long",
    }
    assert "1200" in (tmp_path / "vllm_processing.log").read_text()


def test_without_vllm_the_default_model_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "rtl.json").write_text('{"1": {"instruction": "x"}}')
    result = run_seed(tmp_path, code=2)
    assert "pip install 'rtlglot[vllm]'" in result.stderr
    assert "--model http://HOST:PORT/v1 (an endpoint) or --model smollm2-135m-instruct" in result.stderr
    assert (
        "ERROR the model 'meta-llama/Llama-3.1-8B-Instruct' needs"
        in (tmp_path / "vllm_processing.log").read_text()
    )


def test_an_endpoint_takes_num_gpus_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "rtl.json").write_text('{"1": {"instruction": "Design a gate."}}')
    answer = {"content": "The gate drives its output high while both of its inputs are high."}
    with Stub.running(rules=[{"do": "reply", "message": answer}]) as stub:
        result = run_seed(tmp_path, "--model", stub.base_url, "--num_gpus", "4")
    assert "note: --num_gpus 4 has no effect: an endpoint has its own" in result.stderr
    (output,) = tmp_path.glob("*_with_description.json")
    assert len(json.loads(output.read_text())) == 1


@pytest.mark.embedded
def test_on_the_embedded_model_with_the_usage_examples_flags(tmp_path: Path) -> None:
    rows = {
        "a": {"instruction": "Write a module inv with input a and output y that is not a.", "tag": "kept"}
    }
    (tmp_path / "custom_rtl.json").write_text(json.dumps(rows))
    flags = ["--json_file", "custom_rtl.json", "--model", "smollm2-135m-instruct", "--temperature", "0.7"]
    run_seed(tmp_path, *flags, "--top_p", "0.95", "--max_tokens", "300", "--num_gpus", "1")
    name = "custom_rtl_smollm2-135m-instruct_with_description.json"
    out, failed = tmp_path / name, tmp_path / f"{name}.failures.jsonl"
    assert len(json.loads(out.read_text())) + failed.exists() == 1
