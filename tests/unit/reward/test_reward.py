"""The reward: what is found becomes a number, in the words of each trainer, the same one every time."""

import asyncio
import contextlib
import json
import multiprocessing
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.reward.texts import BROKEN, PRINTS, REFERENCE, RIGHT, ROW, TESTBENCH, WRONG, fenced

from rtlglot.errors import UsageError
from rtlglot.records import Assurance, CheckStatus, Finding, Reason, Severity, Verdict
from rtlglot.reward import Reward, RewardTable
from rtlglot.reward.dialects import row_of, text_of_completion, verify_request
from rtlglot.run.judge import Judgement


@pytest.fixture(scope="module")
def reward() -> Iterator[Reward]:
    made = Reward({"rungs": {"syntax": 0.1, "synth": 0.1}, "equal_outputs": 0.2}, workers=2)
    yield made
    made.close()


def test_right_wrong_forged_broken_and_nothing(reward: Reward) -> None:
    replies = [fenced(RIGHT), WRONG, PRINTS, BROKEN, "I'm sorry, I cannot do that.", ""]
    grades = reward.grade(replies, [ROW] * len(replies))
    entries = [grade.entry for grade in grades]
    assert entries == ["proved", "wrong", "wrong", "wrong", "no_text", "no_text"]
    values = [grade.reward for grade in grades]
    # two rungs and half of the outputs; the forger never came to be simulated
    assert values == [1.0, pytest.approx(0.3), pytest.approx(0.0, abs=0.21), 0.0, 0.0, 0.0]
    assert grades[2].metrics.get("testbench", 0.0) == 0.0
    assert grades[0].metrics["equivalence"] == 1.0
    assert grades[1].metrics["equal_outputs"] == 0.5


STOPS = 'initial begin #5 $display("All tests passed"); $finish; end'
INNER = REFERENCE.replace("both", "inner")


def test_a_right_part_of_a_wrong_answer_is_not_the_answer(reward: Reward) -> None:
    """What prints and stops looks like a testbench, which a reply may well have beside its design."""
    alone = WRONG.replace("endmodule", f"{STOPS}\nendmodule") + INNER
    around = (
        f"{WRONG.partition('assign')[0]}wire z; {STOPS}\ninner i(a, b, z); assign y = z ^ a;\nendmodule\n"
    )
    proof_alone = {"reference": REFERENCE}
    grades = reward.grade([alone, around + INNER, around + INNER], [ROW, ROW, proof_alone])
    assert [grade.entry for grade in grades] == ["wrong"] * 3
    # a testbench beside a right design is left out as before
    bench = TESTBENCH.replace("both dut", "mine dut").replace("module tb", "module my_tb")
    assert reward.grade([fenced(RIGHT + bench)], [ROW])[0].entry == "proved"


def test_trl_calls_it_with_columns_and_gets_numbers(reward: Reward) -> None:
    logged: dict[str, float] = {}
    chats = [[{"role": "assistant", "content": fenced(RIGHT)}], [{"role": "assistant", "content": WRONG}]]
    columns: dict[str, Any] = {
        "reference": [REFERENCE] * 2,
        "testbench": [TESTBENCH] * 2,
        "difficulty": ["easy"] * 2,
    }
    got = reward(
        prompts=["?", "?"], completions=chats, trainer_state=None, log_metric=logged.__setitem__, **columns
    )
    assert got == [1.0, pytest.approx(0.3)]
    assert logged["rtlglot/equivalence"] == 0.5
    with pytest.raises(UsageError, match="column"):
        reward(prompts=["?"], completions=["x"], solution=["y"])


async def test_verl_and_verifiers_await_it(reward: Reward) -> None:
    ground_truth = json.dumps(ROW)
    score = await reward.compute_score("rtl", RIGHT, ground_truth, {"index": 3}, reward_router_address=None)
    assert score["score"] == 1.0
    assert score["rung_testbench"] == 1.0
    # verl makes arrays of a batch by the keys of its first reply
    others = [await reward.compute_score("rtl", text, ground_truth) for text in (WRONG, BROKEN, "", "no")]
    assert {tuple(one) for one in others} == {tuple(score)}
    assert await reward.verifiers(fenced(WRONG), answer=REFERENCE, state={}) < 0.5


def test_the_same_text_gets_the_same_reward_at_once_and_later(reward: Reward) -> None:
    many = reward.grade([RIGHT, WRONG] * 100, [ROW] * 200)
    assert {grade.reward for grade in many[::2]} == {1.0}
    assert len({grade.reward for grade in many[1::2]}) == 1


def _in_a_child(pickled: bytes, queue: Any) -> None:
    reward = pickle.loads(pickled)
    queue.put(reward(prompts=["?"], completions=[RIGHT], reference=[REFERENCE]))
    reward.close()


def test_it_is_pickled_into_another_process(reward: Reward) -> None:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    child = context.Process(target=_in_a_child, args=(pickle.dumps(reward), queue))
    child.start()
    assert queue.get(timeout=120) == [1.0]
    child.join()


def test_a_program_that_never_closes_it_ends_quietly_and_keeps_its_verdicts(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.ledger"
    program = f"""
from rtlglot.reward import Reward
reward = Reward(ledger={str(path)!r}, check="screen,syntax")
print(reward.grade(["module m; endmodule"], [{{"reference": "module m; endmodule"}}])[0].entry)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("built\n", "")
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM verdicts").fetchone() == (2,)


def test_no_answer_is_none_and_never_a_number_by_itself() -> None:
    table = RewardTable()
    late = Verdict("testbench", CheckStatus.TIMEOUT, (Finding(Severity.NOTE, "timeout", "late"),))
    judged = Judgement(Reason.UNEXAMINED, Assurance.NONE)
    assert table.entry(judged, [late]) == "unanswered"
    assert table.worth("unanswered", [late], 10) is None
    assert table.entry(judged, []) == "undecided"
    assert RewardTable(undecided=-0.5).worth("undecided", [], 10) == -0.5
    assert table.entry(Judgement(Reason.DISPUTED, Assurance.PROVED), []) == "disputed"


WAITS = """module wait_for (input clk, input rst, input [31:0] d, output [31:0] q);
  reg [31:0] r;
  reg [39:0] n = 0;
  always @(posedge clk) n <= n + 1;
  always @(posedge clk) r <= d;
  assign q = r ^ (n == 40'h123456789);
endmodule
"""
WAITED = """module wait_for (input clk, input rst, input [31:0] d, output [31:0] q);
  reg [31:0] r;
  always @(posedge clk) r <= d;
  assign q = r;
endmodule
"""
WATCHES = """module tb;
  reg clk = 0, rst = 1; reg [31:0] d = 0; wire [31:0] q; integer n, errors = 0;
  wait_for dut (.clk(clk), .rst(rst), .d(d), .q(q));
  always #5 clk = ~clk;
  initial begin
    @(negedge clk); rst = 0;
    for (n = 0; n < 50; n = n + 1) begin d = $random; @(negedge clk); if (q !== d) errors = errors + 1; end
    if (errors == 0) $display("Test passed"); else $display("Test failed: %0d", errors);
    $finish;
  end
endmodule
"""


def test_what_waits_for_a_moment_after_the_testbench_is_not_given_a_right_ones_reward(reward: Reward) -> None:
    row = {"reference": WAITED, "testbench": WATCHES}
    waits, right, tested = reward.grade([WAITS, WAITED, WAITED], [row, row, {"testbench": WATCHES}])
    assert (right.entry, tested.entry) == ("proved", "tested")
    assert (waits.entry, waits.reward) == ("unproved", None)


def test_length_and_form() -> None:
    table = RewardTable(length=0.1, free_characters=1_000)
    assert table.worth("proved", [], 3_000) == pytest.approx(0.8)
    made = Reward({"form": "think-answer"}, workers=1)
    grade = made.grade([RIGHT], [ROW])[0]
    assert (grade.entry, grade.reward) == ("malformed", 0.0)
    with pytest.raises(UsageError, match="neither"):
        made.grade([RIGHT], [{}])
    made.close()


@pytest.mark.parametrize(
    "table", [{"rungs": {"syntax": 1.0}}, {"wrong": 0.9, "equal_outputs": 0.2}, {"form": "x"}]
)
def test_a_table_in_which_wrong_is_as_good_as_right_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        RewardTable(**table)


def test_what_trainers_send() -> None:
    responses = {
        "output": [
            {"type": "reasoning"},
            {"type": "message", "content": [{"type": "output_text", "text": "x"}]},
        ]
    }
    assert text_of_completion(responses) == "x"
    assert (
        text_of_completion([{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]) == "a"
    )
    assert text_of_completion(None) == ""
    assert row_of({"index": 1}, "module m; endmodule") == {"reference": "module m; endmodule"}
    reply, row = verify_request({"response": responses, "verifier_metadata": ROW})
    assert (reply, row) == ("x", ROW)
    assert verify_request({"response": "x", **ROW}) == ("x", ROW)
    assert verify_request({"response": [{"role": "assistant", "content": "x"}], **ROW}) == ("x", ROW)
    for odd in ({"output": 5}, {"output": None}, [3], {"output": [{"type": "message", "content": [5]}]}):
        assert verify_request({"response": odd})[0] == ""
    for nothing in ({}, {"response": None}, {"response": 3}):
        with pytest.raises(UsageError, match="no response"):
            verify_request({"reference": REFERENCE, **nothing})


def test_it_can_be_used_inside_a_running_loop(reward: Reward) -> None:
    async def inside() -> float | None:
        return reward.grade([RIGHT], [ROW])[0].reward

    assert asyncio.run(inside()) == 1.0
