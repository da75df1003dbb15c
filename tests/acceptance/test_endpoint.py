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
