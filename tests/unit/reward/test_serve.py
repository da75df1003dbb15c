"""`rtlglot serve`: many clients, hostile ones too, and what happens to a killed worker and at the end."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from tests.unit.reward.texts import REFERENCE, RIGHT, WRONG

from rtlglot.errors import UsageError
from rtlglot.reward import Grader, Reward
from rtlglot.reward.serve import Server
from rtlglot.reward.spec import ServeSpec

QUICK = "screen,syntax,elaborate,equivalence"


@contextlib.asynccontextmanager
async def served(token: str = "", **options: object) -> AsyncIterator[tuple[str, Server, Grader]]:
    spec = ServeSpec(port=0, **options)  # type: ignore[arg-type]
    async with Grader(check=QUICK, workers=2) as grader:
        server = Server(spec, grader, token)
        async with server.listening() as address:
            yield address, server, grader


def body(text: str) -> dict[str, object]:
    message = {"type": "message", "content": [{"type": "output_text", "text": text}]}
    return {
        "responses_create_params": {"input": "?"},
        "response": {"output": [message]},
        "reference": REFERENCE,
    }


async def test_verify_and_grade_speak_and_are_counted() -> None:
    async with served() as (address, _, _), aiohttp.ClientSession() as http:
        answer = await (await http.post(f"{address}/verify", json=body(RIGHT))).json()
        assert answer["reward"] == 1.0
        assert answer["responses_create_params"] == {"input": "?"}
        items = [{"reply": text, "reference": REFERENCE} for text in (RIGHT, WRONG)]
        told = await (await http.post(f"{address}/grade", json={"items": items})).json()
        assert [grade["reward"] for grade in told["grades"]] == [1.0, 0.0]
        assert (await (await http.get(f"{address}/health")).json())["status"] == "ok"
        metrics = await (await http.get(f"{address}/metrics")).text()
        assert 'rtlglot_graded_total{entry="proved"} 2' in metrics


async def test_what_lacks_something_is_named_and_no_reply_is_no_error() -> None:
    good = {"reply": RIGHT, "reference": REFERENCE}
    async with served() as (address, _, _), aiohttp.ClientSession() as http:
        for lacks, what in (({"reply": RIGHT}, "reference"), ({"reference": REFERENCE}, "reply")):
            async with http.post(f"{address}/grade", json={"items": [good, lacks]}) as answer:
                said = (await answer.json())["error"]
                assert answer.status == 422
                assert said.startswith("items[1]")
                assert what in said
        items = [good, {**good, "reply": None}]
        async with http.post(f"{address}/grade", json={"items": items}) as answer:
            assert [one["entry"] for one in (await answer.json())["grades"]] == ["proved", "no_text"]


async def test_many_clients_and_a_worker_that_is_killed_in_between() -> None:
    async with served() as (address, _, grader), aiohttp.ClientSession() as http:

        async def client(number: int) -> None:
            for turn in range(25):
                text, wanted = (RIGHT, 1.0) if (number + turn) % 2 else (WRONG, 0.0)
                text = text.replace("endmodule", f"// {number % 2} {turn % 3}\nendmodule")
                async with http.post(f"{address}/verify", json=body(text)) as answer:
                    told = await answer.json()
                    assert (answer.status, told.get("reward")) == (200, wanted), told

        async def killer() -> None:
            while not (zygotes := _zygotes()):  # noqa: ASYNC110 - of another program
                await asyncio.sleep(0.01)
            os.kill(zygotes[0], signal.SIGKILL)

        await asyncio.gather(killer(), *(client(number) for number in range(8)))
        assert grader.table.proved == 1.0


def _zygotes() -> list[int]:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in children if b"rtlglot.sandbox" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_a_full_queue_says_when_to_come_again_and_a_client_does() -> None:
    async with served(queue=1) as (address, _, _), aiohttp.ClientSession() as http:
        texts = [RIGHT.replace("endmodule", f"// {n}\nendmodule") for n in range(6)]
        answers = await asyncio.gather(*(http.post(f"{address}/verify", json=body(text)) for text in texts))
        full = [answer for answer in answers if answer.status == 429]
        assert full
        assert full[0].headers["Retry-After"]
        assert any(answer.status == 200 for answer in answers)
        remote = Reward(server=address)
        rows = [{"reference": REFERENCE}] * 6
        grades = await asyncio.to_thread(remote.grade, texts, rows)
        assert {grade.reward for grade in grades} == {1.0}
        await asyncio.to_thread(remote.close)


async def test_hostile_clients_are_refused() -> None:
    async with served(max_mb=0.1, slow_s=0.5) as (address, _, _), aiohttp.ClientSession() as http:
        for data, status in (
            (b"x" * 300_000, 413),
            (b"\xff\x00garbage", 422),
            (b"[" * 50_000, 422),
            (b"[]", 422),
        ):
            async with http.post(f"{address}/grade", data=data) as answer:
                assert answer.status == status, data[:20]
        async with http.post(f"{address}/grade", json={"items": [{"reply": RIGHT}]}) as answer:
            assert answer.status == 422
            assert "reference" in (await answer.json())["error"]
        async with http.post(f"{address}/verify", json=body(RIGHT), headers={"Origin": "http://x"}) as answer:
            assert answer.status == 403
        host, port = address.removeprefix("http://").split(":")
        for start in (
            b"POST /verify HTTP/1.1\r\nHo",
            b"POST /verify HTTP/1.1\r\nContent-Length: 100\r\n\r\n{",
        ):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(start)
            with contextlib.suppress(ConnectionError):
                assert b"200" not in await asyncio.wait_for(reader.read(), 30)
            writer.close()
        async with http.post(f"{address}/verify", json=body(RIGHT)) as answer:
            assert (await answer.json())["reward"] == 1.0


async def test_with_a_token_nobody_else_is_served() -> None:
    async with served(token="secret") as (address, _, _), aiohttp.ClientSession() as http:
        assert (await http.get(f"{address}/health")).status == 401
        headers = {"Authorization": "Bearer secret"}
        assert (await http.get(f"{address}/health", headers=headers)).status == 200


def test_nothing_but_loopback_without_a_token() -> None:
    with pytest.raises(UsageError, match="reached by others"):
        ServeSpec(host="0.0.0.0")


async def test_the_command_serves_drains_and_remembers(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    command = ["-m", "rtlglot", "serve", "--socket", path, "--ledger", str(tmp_path / "v.ledger")]
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert path.encode() in await process.stdout.readline()
        async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(path)) as http:

            async def in_queue(http: aiohttp.ClientSession = http) -> int:
                told = await (await http.get("http://x/health")).json()
                return int(told["in_queue"])

            asking = asyncio.create_task(http.post("http://x/verify", json=body(RIGHT)))
            while not asking.done() and not await in_queue():  # noqa: ASYNC110 - of another program
                await asyncio.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            assert (await (await asking).json())["reward"] == 1.0
        assert await process.wait() == 0
