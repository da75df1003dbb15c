"""`rtlglot transform`, end to end on the scripted engine."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtlglot.ledger.opening import holder
from tests.acceptance.conftest import Shell

JOB = ("--from", "instruction", "--to", "description", "--check", "none")
SAY = ("--engine", "scripted", "--model", "sentence")

ROWS = [
    {"id": "a", "instruction": "Design a gate.", "n": 1.50, "description": "An old one."},
    {"id": "b", "instruction": "  ", "n": 2},
    {"id": "c", "n": 3},
    {"id": "d", "instruction": ["Design a latch."], "n": 1e5},
]


def test_every_row_ends_once_with_a_reason(shell: Shell) -> None:
    shell.write("in.jsonl", "".join(json.dumps(row) + "\n" for row in ROWS).replace("1.5,", "1.50,"))
    result = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "out.jsonl")
    assert "done: 4 rows = 2 accepted + 0 rejected + 2 failed" in result.stderr
    good, bad = shell.lines("out.jsonl"), shell.lines("out.jsonl.failures.jsonl")
    assert [(row["id"], row["status"], row["reason"]) for row in good] == [
        ("a", "accepted", "ok"),
        ("d", "accepted", "ok"),
    ]
    assert [(row["id"], row["status"], row["reason"]) for row in bad] == [
        ("b", "failed", "missing_field"),
        ("c", "failed", "missing_field"),
    ]
    assert "instruction" in bad[0]["detail"]
    assert good[0]["reference_description"] == "An old one."
    assert good[0]["description"].startswith("The design with the number ")
    assert '"n": 1.50' in shell.folder.joinpath("out.jsonl").read_text().replace('"n":', '"n": ').replace(
        "  ", " "
    )


def test_the_same_command_reuses_everything_and_a_changed_row_is_done_again(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    log = ("--set", "engine.log=asked")
    shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, *log, "-o", "out.jsonl")
    first = shell.folder.joinpath("out.jsonl").read_bytes()
    result = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, *log, "-o", "out.jsonl")
    assert "4 of 4 rows have their outcome already" in result.stderr
    assert shell.folder.joinpath("out.jsonl").read_bytes() == first
    assert len(shell.lines("asked")) == 2

    changed = [{"id": "new", "instruction": "Design a mux."}, *ROWS]
    changed[1] = {**ROWS[0], "instruction": "Design another gate."}
    shell.write("in.jsonl", changed)
    shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, *log, "-o", "out.jsonl")
    assert sorted(row["row_id"] for row in shell.lines("asked")) == ["a", "a", "d", "new"]
    assert [row["id"] for row in shell.lines("out.jsonl")] == ["new", "a", "d"]

    shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, *log, "-o", "out.jsonl", "--temperature", "0.9")
    assert len(shell.lines("asked")) == 7


def test_redo_redoes_what_is_named_and_keeps_the_rest(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Design unit {n}."} for n in range(6)])
    shell.write(
        "script.json",
        [
            {"id": "r1", "attempt": 0, "reply": "The unit is", "finish": "length"},
            {"id": "r2", "attempt": 0, "reply": ""},
            {"reply": "The unit is good.", "delay_s": 0},
        ],
    )
    engine = (
        "--engine",
        "scripted",
        "--model",
        "script.json",
        "--set",
        "engine.log=asked",
        "-o",
        "out.jsonl",
    )
    shell.rtlglot("transform", "in.jsonl", *JOB, *engine)
    assert {row["id"]: row["reason"] for row in shell.lines("out.jsonl.failures.jsonl")} == {
        "r1": "truncated",
        "r2": "empty",
    }
    shell.rtlglot("transform", "in.jsonl", *JOB, *engine, "--redo", "truncated", "--max-tokens", "800")
    assert [row["row_id"] for row in shell.lines("asked")][6:] == ["r1"]
    assert len(shell.lines("out.jsonl")) == 5
    assert [row["reason"] for row in shell.lines("out.jsonl.failures.jsonl")] == ["empty"]
    shell.rtlglot("transform", "in.jsonl", *JOB, *engine, "--redo", "failed", "--max-tokens", "800")
    assert [row["row_id"] for row in shell.lines("asked")][7:] == ["r2"]
    assert len(shell.lines("out.jsonl")) == 6
    assert not (shell.folder / "out.jsonl.failures.jsonl").exists()
    wrong = shell.rtlglot("transform", "in.jsonl", *JOB, *engine, "--redo", "trunkated", code=2)
    assert "did you mean 'truncated'" in wrong.stderr


def test_identical_requests_are_asked_once_unless_told_otherwise(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": "Design the same."} for n in range(30)])
    engine = (*SAY, "--set", "engine.log=asked", "--set", "engine.delay_s=0.01")
    shell.rtlglot("transform", "in.jsonl", *JOB, *engine, "-o", "shared.jsonl")
    assert len(shell.lines("asked")) == 1
    assert len(shell.lines("shared.jsonl")) == 30
    shell.rtlglot("transform", "in.jsonl", *JOB, *engine, "-o", "each.jsonl", "--no-share")
    assert len(shell.lines("asked")) == 31


@pytest.mark.parametrize(
    ("number", "word", "code"), [(signal.SIGINT, "interrupted", 130), (signal.SIGTERM, "stopped early", 75)]
)
def test_a_signal_drains_delivers_and_says_how_to_resume(
    shell: Shell, number: signal.Signals, word: str, code: int
) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Design unit {n}."} for n in range(500)])
    slowly = ["--set", "engine.delay_s=0.2", "--set", "engine.log=asked"]
    job = ["transform", "in.jsonl", *JOB, *SAY, "-o", "out.jsonl", *slowly]
    process = subprocess.Popen(
        [sys.executable, "-m", "rtlglot", *job, "--concurrency", "8"],
        cwd=shell.folder, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    asked = shell.folder / "asked"
    while not (asked.exists() and asked.stat().st_size) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert word in errors
    assert re.search(r"draining [1-8] rows, up to 10 s; again to stop now", errors)
    assert "resume with: rtlglot transform in.jsonl" in errors
    done = len(shell.lines("out.jsonl"))
    assert 8 <= done < 500
    assert done % 8 == 0  # what was in flight was drained, not cut
    again = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "out.jsonl", "--concurrency", "64")
    assert f"{done} of 500 rows have their outcome already" in again.stderr
    assert len(shell.lines("out.jsonl")) == 500


def test_a_signal_ends_at_once_what_only_waits_for_a_better_moment(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": "r0", "instruction": "Design it."}])
    rule = {"error": "transient", "message": "later", "retry_after_s": 600}
    (shell.folder / "later.json").write_text(json.dumps([rule]))
    job = ["transform", "in.jsonl", *JOB, "--engine", "scripted", "--model", "later.json", "--drain", "500"]
    process = subprocess.Popen(
        [sys.executable, "-m", "rtlglot", *job, "-o", "out.jsonl", "--set", "engine.log=asked"],
        cwd=shell.folder, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    asked = shell.folder / "asked"
    while not (asked.exists() and asked.stat().st_size) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted: 1 row = 0 accepted + 0 rejected + 0 failed + 1 pending" in errors


def test_a_second_process_on_the_ledger_is_told(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Design unit {n}."} for n in range(50)])
    job = ["transform", "in.jsonl", *JOB, *SAY, "-o", "out.jsonl", "--set", "engine.delay_s=60"]
    first = subprocess.Popen(
        [sys.executable, "-m", "rtlglot", *job], cwd=shell.folder, stderr=subprocess.DEVNULL
    )
    while holder(shell.folder / "out.jsonl.ledger") is None and first.poll() is None:
        time.sleep(0.05)
    second = shell.rtlglot(*job, code=2)
    first.kill()
    first.wait()
    assert f"out.jsonl.ledger is in use by process {first.pid}" in second.stderr


def test_an_engine_that_is_lost_is_exit_code_3_and_resumable(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Design unit {n}."} for n in range(20)])
    shell.write("script.json", [{"when": "unit [0-7]\\.", "reply": "The unit is good."}, {"error": "dead"}])
    engine = ("--engine", "scripted", "--model", "script.json", "--concurrency", "2", "-o", "out.jsonl")
    result = shell.rtlglot("transform", "in.jsonl", *JOB, *engine, code=3)
    assert "the engine was lost" in result.stderr
    assert "resume with:" in result.stderr
    assert len(shell.lines("out.jsonl")) == 8


def test_json_summary_and_dry_run(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    result = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "out.jsonl", "--json")
    summary = json.loads(result.stdout)
    assert summary["total"] == 4
    assert summary["reasons"] == {"accepted ok": 2, "failed missing_field": 2}
    dry = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "dry.jsonl", "--dry-run")
    assert "Design a gate." in dry.stdout
    assert "4 rows, 2 of them" in dry.stdout
    assert not (shell.folder / "dry.jsonl.ledger").exists()


def test_recipe_file_flags_win(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    shell.write(
        "run.toml",
        'from = "instruction"\nto = "description"\nengine = "scripted"\nmodel = "sentence"\ncheck = "none"\n'
        'max-tokens = 3\noutput = "r.jsonl"\n[set.engine]\nlog = "asked"\n',
    )
    shell.rtlglot("transform", "in.jsonl", "--recipe", "run.toml")
    assert {row["reason"] for row in shell.lines("r.jsonl.failures.jsonl")} == {"truncated", "missing_field"}
    shell.rtlglot("transform", "in.jsonl", "--recipe", "run.toml", "--max-tokens", "300")
    assert len(shell.lines("r.jsonl")) == 2
    assert len(shell.lines("asked")) == 4
    wrong = shell.rtlglot("transform", "in.jsonl", "--recipe", "run.toml", "--set", "engine.lgo=x", code=2)
    assert "did you mean 'log'" in wrong.stderr


def test_standard_input_map_where_and_a_prompt_of_ones_own(shell: Shell) -> None:
    shell.write(
        "ask.md",
        "---\nfrom: Question\nto: answer\nextract: raw\nmax_tokens: 50\n---\n"
        "# user\n\n{{ row.Question }} ({{ row.n }})\n",
    )
    rows = "".join(json.dumps({"id": n, "q": f"Q{n}", "n": n}) + "\n" for n in range(5))
    shell.rtlglot(
        "transform", "-", "--from", "Question", "--to", "answer", "--prompt", "ask.md", "--map", "Question=q",
        "--where", "row.n > 1", "--limit", "2", "--engine", "scripted", "--model", "echo", "-o", "out.json",
        "--format", "jsonl", "--check", "none",
        stdin=rows,
    )  # fmt: skip
    assert [(row["id"], row["answer"]) for row in shell.json("out.json")] == [(2, "Q2 (2)"), (3, "Q3 (3)")]


def test_samples_are_asked_apart_and_all_of_them_can_be_kept(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS[:1])
    shell.write("script.json", [{"reply": ["One.", "Two.", "Three."]}])
    engine = ("--engine", "scripted", "--model", "script.json", "-o", "out.jsonl")
    shell.rtlglot("transform", "in.jsonl", *JOB, *engine, "--samples", "3", "--choose", "all")
    assert shell.lines("out.jsonl")[0]["description"] == ["One.", "Two.", "Three."]


BAD_INPUTS = [
    ("broken.json", b'{"a": {"instruction": "x"},\n "b": {"instruction": }', "broken.json", "line 2"),
    ("broken.jsonl", b'{"id": 1, "instruction": "x"}\n{"id": 2, \n', "broken.jsonl", "line 2"),
    ("cut.jsonl.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56", "cut.jsonl.gz", ""),
    ("latin.jsonl", b'{"id": 1, \xe9"instruction": "x"}\n', "latin.jsonl", "line 1"),
    ("wide.jsonl", '{"id": 1}\n'.encode("utf-16"), "wide.jsonl", "UTF-16"),
    (
        "twice.jsonl",
        b'{"id": 1, "instruction": "x"}\n{"id": 1, "instruction": "y"}\n',
        "twice.jsonl",
        "line 2",
    ),
    ("none.jsonl", None, "none.jsonl", ""),
]


@pytest.mark.parametrize(("name", "content", "file", "place"), BAD_INPUTS, ids=[b[0] for b in BAD_INPUTS])
def test_bad_input_is_named_and_nothing_is_written_over(
    shell: Shell, name: str, content: bytes | None, file: str, place: str
) -> None:
    if content is not None:
        (shell.folder / name).write_bytes(content)
    shell.write("in.jsonl", ROWS)
    shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "out.jsonl")
    before = (shell.folder / "out.jsonl").read_bytes()
    result = shell.rtlglot("transform", name, *JOB, *SAY, "-o", "out.jsonl", code=2)
    assert file in result.stderr
    assert place in result.stderr
    assert "Traceback" not in result.stderr
    assert (shell.folder / "out.jsonl").read_bytes() == before


def test_an_output_of_somebody_else_is_not_written_over(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    shell.write("out.jsonl", "precious\n")
    result = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "out.jsonl", code=2)
    assert "no ledger beside it" in result.stderr
    assert (shell.folder / "out.jsonl").read_text() == "precious\n"
    same = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "in.jsonl", code=2)
    assert "is the input" in same.stderr


def test_an_unwritable_output_is_told_before_anything_is_asked(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    result = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "/proc/nowhere/out.jsonl", code=2)
    assert "/proc/nowhere" in result.stderr
    full = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "no/such/folder/out.jsonl", code=2)
    assert "no/such/folder" in full.stderr


def test_an_unknown_field_is_named_with_those_that_are_there(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    result = shell.rtlglot(
        "transform", "in.jsonl", "--from", "verilog", "--to", "description", *SAY, "-o", "out.jsonl", code=2
    )
    assert "'verilog'" in result.stderr
    assert "instruction" in result.stderr
    assert not (shell.folder / "out.jsonl").exists()


def test_an_engine_that_is_not_installed_says_what_would_work(shell: Shell) -> None:
    shell.write("in.jsonl", ROWS)
    result = shell.rtlglot(
        "transform", "in.jsonl", *JOB, "--model", "meta-llama/Llama-3.1-8B-Instruct", code=2
    )
    assert "pip install 'rtlglot[vllm]'" in result.stderr
    assert "works now: --engine" in result.stderr


def test_the_work_is_streamed_from_a_folder_of_verilog(shell: Shell) -> None:
    (shell.folder / "rtl").mkdir()
    for name in ("b.v", "a.sv"):
        (shell.folder / "rtl" / name).write_text(f"module {name[0]}(output y); assign y = 1'b0; endmodule\n")
    shell.rtlglot(
        "transform",
        "rtl",
        "--from",
        "verilog",
        "--to",
        "description",
        "--check",
        "none",
        *SAY,
        "-o",
        "out.csv",
    )
    lines = (shell.folder / "out.csv").read_text().splitlines()
    assert lines[0].startswith("id,")
    assert [line.split(",")[0] for line in lines if line[:4] in ("a.sv", "b.v,")] == ["a.sv", "b.v"]


def test_help_is_fast_to_read(shell: Shell) -> None:
    top = shell.rtlglot("--help").stdout
    assert "transform" in top
    text = shell.rtlglot("transform", "--help").stdout
    assert "examples:" in text
    assert "exit codes:" in text
    assert Path(shell.folder).exists()


def test_a_disk_that_fills_up_is_told_once_and_resumed(shell: Shell) -> None:
    rows = [{"id": n, "instruction": f"Design unit {n}. " + "x" * 300} for n in range(3000)]
    shell.write("in.jsonl", rows)
    job = ["transform", "in.jsonl", *JOB, *SAY, "-o", "out.jsonl"]
    command = f"ulimit -f 1500; exec {sys.executable} -m rtlglot {' '.join(job)}"
    full = subprocess.run(
        ["bash", "-c", command], cwd=shell.folder, capture_output=True, text=True, timeout=60
    )
    assert full.returncode == 2
    assert "the ledger could not be written" in full.stderr
    assert "Traceback" not in full.stderr
    assert not (shell.folder / "out.jsonl").exists()
    again = shell.rtlglot(*job)
    assert "rows were settled before and reused" in again.stderr
    assert len(shell.lines("out.jsonl")) == 3000


LONG = "The design holds its output until the next clock edge arrives at its input. " * 6


@pytest.mark.parametrize(
    ("policy", "accepted", "said"),
    [
        ("fail", 0, "redo what was cut with: rtlglot transform in.jsonl"),
        ("keep", 1, "1 of the accepted were cut at 20 tokens and kept so"),
        ("retry", 1, "2 requests"),
    ],
)
def test_a_reply_that_is_cut_fails_is_kept_or_gets_more_room(
    shell: Shell, policy: str, accepted: int, said: str
) -> None:
    shell.write("in.jsonl", [{"id": "a", "instruction": "Design a register."}])
    shell.write("say.json", '[{"reply": "' + LONG + '"}]')
    flags = ["--engine", "scripted", "--model", "say.json", "--max-tokens", "20", "--truncated", policy]
    job = ["transform", "in.jsonl", *JOB, *flags, "--check", "none", "-o", "out.jsonl"]
    run = shell.rtlglot(*job)
    rows = shell.lines("out.jsonl")
    assert len(rows) == accepted
    assert said in run.stderr
    if policy == "keep":
        assert LONG.startswith(rows[0]["description"])
        assert (rows[0]["status"], rows[0]["reason"]) == ("accepted", "truncated")
    if policy == "retry":
        assert rows[0]["description"] == LONG.strip()
        assert "0 requests" in shell.rtlglot(*job).stderr
    if policy == "fail":
        assert "--redo truncated --max-tokens 80" in run.stderr


def test_a_wrong_suffix_of_the_output_is_refused_before_anything_is_asked(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": "a", "instruction": "Design a register."}])
    run = shell.rtlglot("transform", "in.jsonl", *JOB, *SAY, "-o", "out.xyz", code=2)
    assert "the name 'out.xyz' does not tell its format" in run.stderr
    assert "starting" not in run.stderr
    assert not (shell.folder / "out.xyz.ledger").exists()
