"""The scripted engine says what its script says."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rtlglot.engines.script import Rule
from rtlglot.engines.scripted import ScriptedEngine
from rtlglot.errors import ConfigError, EngineDead, RowError, TransientError, UsageError
from rtlglot.records import Finish, Message, Reason, Reply, Request, Sampling


def ask(text: str, row_id: str = "r1", *, sample: int = 0, attempt: int = 0, max_tokens: int = 50) -> Request:
    messages = (Message("system", "You translate."), Message("user", text))
    return Request(messages, Sampling(max_tokens), row_id, sample, attempt)


async def started(tmp_path: Path, rules: Any, name: str = "script.json", **options: Any) -> ScriptedEngine:
    path = tmp_path / name
    path.write_text(rules if isinstance(rules, str) else json.dumps(rules))
    engine = ScriptedEngine(str(path), options)
    await engine.start()
    return engine


async def test_the_first_rule_that_fits_answers(tmp_path: Path) -> None:
    rules = [{"when": "fifo", "reply": "one"}, {"when": "fi.o|uart", "reply": "two"}, {"reply": "rest"}]
    engine = await started(tmp_path, rules)
    assert [(await engine.generate(ask(t))).text for t in ("a fifo", "a uart", "an alu")] == [
        "one",
        "two",
        "rest",
    ]


async def test_when_looks_at_the_last_message_and_chat_at_all(tmp_path: Path) -> None:
    rules = [{"when": "translate", "reply": "last"}, {"chat": "translate", "reply": "all"}]
    engine = await started(tmp_path, rules)
    assert (await engine.generate(ask("please translate"))).text == "last"
    assert (await engine.generate(ask("anything"))).text == "all"


async def test_rules_for_ids_samples_and_attempts(tmp_path: Path) -> None:
    rules = [
        {"reply": "any"},
        {"id": "r7", "sample": 1, "reply": "second"},
        {"id": "r7", "attempt": 1, "reply": "redo"},
        {"id": "r7", "reply": "seven"},
    ]
    engine = await started(tmp_path, rules)
    asked = [ask("x", "r7"), ask("x", "r7", sample=1), ask("x", "r7", attempt=1), ask("x", "r8")]
    assert [(await engine.generate(a)).text for a in asked] == ["seven", "second", "redo", "any"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"r1": "text"}'),
        ("b.json", '{"rules": [{"id": "r1", "reply": "text"}]}'),
        ("c.json", '["text"]'),
        ("d.jsonl", '{"id": "r0", "reply": "no"}\n\n{"id": "r1", "reply": "text"}\n'),
        ("e.toml", '[[rules]]\nid = "r1"\nreply = "text"\n'),
    ],
)
async def test_scripts_may_be_json_jsonl_or_toml(tmp_path: Path, name: str, text: str) -> None:
    engine = await started(tmp_path, text, name)
    assert (await engine.generate(ask("x"))).text == "text"


async def test_names_are_filled_in_and_verilog_stays(tmp_path: Path) -> None:
    reply = "{{ row_id }}/{{ sample }}/{{ attempt }}/{{ bits }}/{{ prompt }} y = {{ a }};"
    engine = await started(tmp_path, [{"when": r"(?P<bits>\d+) bits", "reply": reply}])
    text = (await engine.generate(ask("8 bits", sample=2, attempt=1))).text
    assert text == "r1/2/1/8/8 bits y = {{ a }};"


async def test_several_replies_go_by_sample(tmp_path: Path) -> None:
    engine = await started(tmp_path, [{"reply": ["a", "b"]}])
    assert [(await engine.generate(ask("x", sample=n))).text for n in range(3)] == ["a", "b", "a"]


async def test_a_long_reply_is_cut_and_counted(tmp_path: Path) -> None:
    engine = await started(tmp_path, [{"reply": "abcd" * 30}])
    reply = await engine.generate(ask("x", max_tokens=5))
    assert (reply.text, reply.finish, reply.completion_tokens) == ("abcd" * 5, Finish.LENGTH, 5)


async def test_a_rule_may_say_finish_counts_and_think(tmp_path: Path) -> None:
    rule = {"reply": "t", "finish": "length", "prompt_tokens": 7, "completion_tokens": 9, "think": "hm"}
    engine = await started(tmp_path, [rule])
    reply = await engine.generate(ask("x"))
    assert (reply.finish, reply.prompt_tokens, reply.completion_tokens, reply.think) == (
        Finish.LENGTH,
        7,
        9,
        "hm",
    )


async def test_errors_on_demand(tmp_path: Path) -> None:
    rules = [
        {"when": "row", "error": "row", "reason": "refused", "message": "no"},
        {"when": "busy", "error": "transient", "retry_after_s": 2.5, "overload": True},
        {"when": "config", "error": "config"},
    ]
    engine = await started(tmp_path, rules)
    with pytest.raises(RowError, match="no") as row:
        await engine.generate(ask("row"))
    assert row.value.reason is Reason.REFUSED
    with pytest.raises(TransientError) as busy:
        await engine.generate(ask("busy"))
    assert (busy.value.retry_after_s, busy.value.overload) == (2.5, True)
    with pytest.raises(ConfigError):
        await engine.generate(ask("config"))
    with pytest.raises(RowError, match="no rule"):
        await engine.generate(ask("else"))


async def test_times_is_per_request_total_is_for_all_after_comes_first(tmp_path: Path) -> None:
    rules = [
        {"when": "times", "times": 1, "error": "transient"},
        {"when": "total", "total": 1, "error": "transient"},
        {"when": "after", "after": 2, "error": "transient"},
        {"reply": "ok"},
    ]
    engine = await started(tmp_path, rules)

    async def fails(text: str) -> list[bool]:
        outcomes = []
        for request in (ask(text, "a"), ask(text + "!", "b"), ask(text, "a"), ask(text + "!", "b")):
            try:
                outcomes.append((await engine.generate(request)).text != "ok")
            except TransientError:
                outcomes.append(True)
        return outcomes

    assert await fails("times") == [True, True, False, False]
    assert await fails("total") == [True, False, False, False]
    assert await fails("after") == [False, False, True, True]


async def test_death_keeps_the_counts(tmp_path: Path) -> None:
    engine = await started(tmp_path, [{"total": 1, "error": "dead"}, {"reply": "ok"}])
    with pytest.raises(EngineDead):
        await engine.generate(ask("x"))
    with pytest.raises(EngineDead):
        await engine.generate(ask("x"))
    await engine.aclose()
    await engine.start()
    assert (await engine.generate(ask("x"))).text == "ok"


async def test_delays_differ_by_content_and_repeat() -> None:
    rule = Rule(delay_s=(0.1, 0.2))
    waits = [rule.wait_s(ask(text)) for text in ("one", "one", "two")]
    assert waits[0] == waits[1] != waits[2]
    assert all(wait is not None and 0.1 <= wait <= 0.2 for wait in waits)
    assert Rule(delay_s=(3.0,)).wait_s(ask("x")) == 3.0
    assert Rule().wait_s(ask("x")) is None


async def test_every_asking_is_logged_before_it_is_answered(tmp_path: Path) -> None:
    log = tmp_path / "asked.jsonl"
    engine = await started(tmp_path, [{"delay_s": 30, "reply": "x"}], log=str(log))
    task = asyncio.create_task(engine.generate(ask("x", "row \t\n\ud800")))
    await asyncio.sleep(0.01)
    (line,) = log.read_text().splitlines()
    assert json.loads(line)["row_id"] == "row \t\n\ud800"
    task.cancel()
    await engine.aclose()


async def test_equal_requests_are_logged_equal_whatever_their_row(tmp_path: Path) -> None:
    log = tmp_path / "asked.jsonl"
    engine = await started(tmp_path, ["x"], log=str(log))
    for request in (ask("same", "a"), ask("same", "b"), ask("same", "a", sample=1)):
        await engine.generate(request)
    await engine.aclose()
    one, two, three = [json.loads(line)["request"] for line in log.read_text().splitlines()]
    assert one == two != three


async def test_a_function_answers(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from rtlglot.records import Finish, Reply\n"
        "def text(request): return request.row_id.upper()\n"
        "async def reply(request): return Reply('r', Finish.LENGTH, completion_tokens=1)\n"
        "def broken(request): raise KeyError('gone')\n"
        "def wrong(request): return 7\n"
    )
    answers: list[Reply] = []
    for name in ("text", "reply"):
        engine = ScriptedEngine(f"{path}:{name}")
        await engine.start()
        answers.append(await engine.generate(ask("x", "row")))
    assert [(a.text, a.finish) for a in answers] == [("ROW", Finish.STOP), ("r", Finish.LENGTH)]
    for name, message in (("broken", "KeyError: 'gone'"), ("wrong", "gave int")):
        engine = ScriptedEngine(f"{path}:{name}")
        await engine.start()
        with pytest.raises(RowError, match=message):
            await engine.generate(ask("x"))


def test_identity_follows_the_content(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text('["a"]')
    before = ScriptedEngine(str(path)).identity()
    path.write_text('["b"]')
    after = ScriptedEngine(str(path), {"delay_s": "0.5", "log": "x"}).identity()
    assert before != after
    assert after == ScriptedEngine(str(path)).identity()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"wen": "x"}]', "rule 1 has no option 'wen'"),
        ('["ok", {"when": "("}]', "rule 2: '\\('"),
        ('[{"error": "boom"}]', "error"),
        ('[{"delay_s": "soon"}]', "delay_s"),
        ('[{"delay_s": [1, 2, 3]}]', "delay_s one number or two"),
        ('[{"reply": [1]}]', "reply is text"),
        ('[{"finish": "later"}]', "finish"),
        ("[7]", "rule 1 is no object"),
        ("[]", "holds no rules"),
        ("[", "cannot read the replies"),
    ],
)
def test_a_wrong_script_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        ScriptedEngine(str(path))


@pytest.mark.parametrize("model", ["nothing", "no.such.module:f", "json:nothing", "json:__doc__", "x.py:f"])
def test_an_unknown_model_is_refused(model: str) -> None:
    with pytest.raises(ConfigError):
        ScriptedEngine(model)


def test_a_value_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="delay_s"):
        ScriptedEngine("echo", {"delay_s": "soon"})


async def test_waiting_costs_no_processor_time(tmp_path: Path) -> None:
    engine = await started(tmp_path, [{"reply": "x"}], delay_s="0.3")
    before = time.process_time()
    await asyncio.gather(*(engine.generate(ask("x", str(n))) for n in range(50)))
    assert time.process_time() - before < 0.2


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, rtlglot.engines.scripted; print({'openvino', 'numpy', 'aiohttp'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
