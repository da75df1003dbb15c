"""The offline path: requests out to a batch file, results in."""

import json
from typing import Any

from tests.acceptance.conftest import Shell

JOB = ("--from", "instruction", "--to", "verilog", "--check", "syntax", "--repair", "1")
ENGINE = ("--engine", "openai", "--model", "gpt-x", "-o", "out.jsonl")


def result(line: dict[str, Any], text: str) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body = {"choices": [choice], "usage": {"prompt_tokens": 50, "completion_tokens": 9}}
    return {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


def test_emit_serve_ingest_until_done_repairs_included(shell: Shell) -> None:
    shell.write("in.jsonl", [{"id": f"r{n}", "instruction": f"Make m{n}."} for n in range(3)])
    emitted = shell.rtlglot("transform", "in.jsonl", *JOB, *ENGINE, "--emit-batch", "req.jsonl")
    assert "requests written" in emitted.stderr
    requests = shell.lines("req.jsonl")
    assert [request["method"] for request in requests] == ["POST"] * 3

    good, bad = "module m(output y); assign y = 0; endmodule", "module m(output y); assign y = ; endmodule"
    shell.write("res.jsonl", [result(requests[0], good), result(requests[1], bad)])
    shell.rtlglot("transform", "in.jsonl", *JOB, *ENGINE, "--ingest-batch", "res.jsonl", code=75)
    assert [row["id"] for row in shell.lines("out.jsonl")] == ["r0"]

    # What is asked next: the repair of r1 with the finding in it, and r2 which got no result.
    shell.rtlglot("transform", "in.jsonl", *JOB, *ENGINE, "--emit-batch", "req2.jsonl")
    again = shell.lines("req2.jsonl")
    assert len(again) == 2
    assert any("syntax" in json.dumps(request["body"]["messages"][-1]) for request in again)
    shell.write("res2.jsonl", [result(request, good) for request in again])
    shell.rtlglot("transform", "in.jsonl", *JOB, *ENGINE, "--ingest-batch", "res2.jsonl")
    assert [row["id"] for row in shell.lines("out.jsonl")] == ["r0", "r1", "r2"]
