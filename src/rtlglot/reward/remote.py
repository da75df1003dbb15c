"""A grader that stands elsewhere: asks a `rtlglot serve`, and waits where that is full."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Self

import aiohttp

from rtlglot.errors import EngineLost, UsageError
from rtlglot.reward.grader import FIELDS, Grade

_WAIT_S = 600.0
"""For one answer, and for room in a server that is full."""


class Remote:
    """Asked as a Grader is."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url.rstrip("/") + "/grade"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=_WAIT_S)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def __call__(self, reply: str, row: Mapping[str, Any]) -> Grade:
        """See Grader. Raises UsageError for what the server refuses, EngineLost where it is gone."""
        item = {"reply": reply} | {name: row[name] for name in FIELDS if row.get(name) is not None}
        until = asyncio.get_running_loop().time() + _WAIT_S
        while True:
            try:
                async with self._session.post(self._url, json={"items": [item]}) as answer:
                    told = await answer.json()
                    if answer.status == 200:
                        return Grade(**told["grades"][0])
                    wait_s = float(answer.headers.get("Retry-After", "1"))
            except (aiohttp.ClientError, TimeoutError) as error:
                raise EngineLost(
                    f"no answer from {self._url}: {error}", hint="is `rtlglot serve` up?"
                ) from error
            if answer.status != 429 or asyncio.get_running_loop().time() + wait_s > until:
                raise UsageError(f"{self._url} answered {answer.status}: {told.get('error')}")
            await asyncio.sleep(wait_s)
