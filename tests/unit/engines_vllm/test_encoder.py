"""Prompts are encoded in as few calls of the tokenizer as those who wait allow."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from rtlglot.engines.vllm.chat import Chat
from rtlglot.engines.vllm.encoder import Encoder
from rtlglot.errors import RowError
from rtlglot.records import Message


class Tokenizer:
    """Characters; a call waits until it may go on, and is noted."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def apply_chat_template(self, chats: Sequence[Sequence[dict[str, str]]], **_: Any) -> list[list[int]]:
        self.calls.append(len(chats))
        self.begun.set()
        assert self.may_go_on.wait(60)
        texts = ["".join(message["content"] for message in chat) for chat in chats]
        if "refused" in texts:
            raise ValueError("Unexpected text")
        return [list(text.encode()) for text in texts]


def chat(text: str) -> list[Message]:
    return [Message("user", text)]


async def test_who_asks_during_a_call_shares_the_next() -> None:
    tokenizer = Tokenizer()
    encoder = Encoder(Chat(tokenizer, None, {}))
    first = asyncio.create_task(encoder.ids(chat("a")))
    await asyncio.to_thread(tokenizer.begun.wait, 60)
    later = [asyncio.create_task(encoder.ids(chat(str(number)))) for number in range(300)]
    await asyncio.sleep(0)  # all have asked
    tokenizer.may_go_on.set()
    assert await first == [97]
    assert await asyncio.gather(*later) == [list(str(number).encode()) for number in range(300)]
    assert tokenizer.calls == [1, 256, 44]


async def test_one_that_is_refused_spoils_no_other() -> None:
    tokenizer = Tokenizer()
    tokenizer.may_go_on.set()
    encoder = Encoder(Chat(tokenizer, None, {}))
    asked = [encoder.ids(chat(text)) for text in ("good", "refused", "too")]
    good, refused, too = await asyncio.gather(*asked, return_exceptions=True)
    assert (good, too) == (list(b"good"), list(b"too"))
    assert isinstance(refused, RowError)
    assert "Unexpected text" in str(refused)
    with pytest.raises(RowError, match="no messages"):
        await encoder.ids([])


class Broken(Chat):
    """Fails in a way that nobody foresees."""

    def __init__(self) -> None:
        super().__init__(None, None, {})

    def ids_of_all(self, chats: Sequence[Sequence[Message]]) -> list[list[int]]:
        raise OSError("the library broke")


async def test_nobody_waits_for_ever_for_a_tokenizer_that_breaks() -> None:
    encoder = Encoder(Broken())
    for texts in ("a", "ab"):
        asked = asyncio.gather(*(encoder.ids(chat(text)) for text in texts), return_exceptions=True)
        found = await asyncio.wait_for(asked, 60)
        assert [type(one) for one in found] == [OSError] * len(texts)


async def test_a_tokenizer_that_loses_a_chat_fails_the_row() -> None:
    class Losing:
        def apply_chat_template(self, *_: Any, **__: Any) -> list[list[int]]:
            return []

    with pytest.raises(RowError, match="1 chats became 0 prompts"):
        await asyncio.wait_for(Encoder(Chat(Losing(), None, {})).ids(chat("a")), 60)


async def test_who_no_longer_waits_is_left_out() -> None:
    tokenizer = Tokenizer()
    encoder = Encoder(Chat(tokenizer, None, {}))
    gone, stays = (asyncio.create_task(encoder.ids(chat(text))) for text in ("gone", "stays"))
    await asyncio.to_thread(tokenizer.begun.wait, 60)
    gone.cancel()
    tokenizer.may_go_on.set()
    assert await stays == list(b"stays")
    with pytest.raises(asyncio.CancelledError):
        await gone
