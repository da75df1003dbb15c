"""A model given as a URL: the endpoint says which model it is, and that is what replies are kept under."""

import json

from tests.acceptance.conftest import Shell
from tests.server import Stub

JOB = ("--from", "instruction", "--to", "description", "--check", "none", "-o", "out.jsonl")


def test_a_url_is_enough_and_a_moved_server_buys_nothing_again(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Design unit {n}."} for n in range(5)])
    for asked in (5, 0):
        with Stub.running() as stub:
            url = stub.base_url
            result = shell.rtlglot("transform", "in.jsonl", *JOB, "--model", url, "--json")
            summary = json.loads(result.stdout)
        assert summary["requests"] == asked
        assert summary["model"]
        assert not summary["model"].startswith("http")
    assert len(shell.lines("out.jsonl")) == 5


def test_a_budget_that_is_spent_stops_delivers_and_resumes(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Design unit {n}."} for n in range(60)])
    prices = ("--price-in", "1000", "--price-out", "1000", "--concurrency", "2")
    with Stub.running() as stub:
        url = stub.base_url
        job = ("transform", "in.jsonl", *JOB, "--model", url, "--max-tokens", "200")
        stopped = shell.rtlglot(*job, *prices, "--max-cost", "8", code=75)
        assert "resume with:" in stopped.stderr
        first = len(shell.lines("out.jsonl"))
        assert 0 < first < 60
        shell.rtlglot(*job)
    assert len(shell.lines("out.jsonl")) == 60


def test_a_key_that_expires_in_mid_run_delivers_what_is_done_and_says_how_to_go_on(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Design unit {n}."} for n in range(20)])
    with Stub.running() as stub:
        job = ("transform", "in.jsonl", *JOB, "--model", stub.base_url, "--concurrency", "1")
        expired = {"error": {"message": "the key has expired", "code": "invalid_api_key"}}
        once = [{"do": "reply", "when": f"unit {n}.", "times": 1} for n in range(12)]
        stub.setup(rules=[*once, {"do": "status", "status": 401, "body": expired}])
        lost = shell.rtlglot(*job, code=3)
        assert [row["id"] for row in shell.lines("out.jsonl")] == [f"r{n}" for n in range(12)]
        assert "the engine was lost: 20 rows = 12 accepted + 0 rejected + 0 failed + 8 pending" in lost.stderr
        assert f"resume with: rtlglot {' '.join(job)}" in lost.stderr
        assert "after 12 replies the engine refuses" in lost.stderr
        assert "the key has expired" in lost.stderr
        assert (shell.folder / "out.jsonl.report.html").exists()
        stub.setup(rules=[])
        resumed = shell.rtlglot(*job, "--json")
    assert json.loads(resumed.stdout)["requests"] == 8
    assert len(shell.lines("out.jsonl")) == 20


def test_a_key_that_is_wrong_from_the_start_is_the_commands_fault(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": "a", "instruction": "Design unit 1."}])
    with Stub.running() as stub:
        stub.setup(key="right")
        job = ("transform", "in.jsonl", *JOB, "--model", stub.base_url)
        refused = shell.rtlglot(*job, code=2).stderr
        hint = shell.rtlglot(*job, "--set", "engine.api_key_env=MY_KEY", code=2).stderr
    assert "401" in refused
    assert "RTLGLOT_API_KEY or OPENAI_API_KEY" in refused
    assert "MY_KEY" in hint
