"""The stub endpoint, and an environment without keys and proxies of the person who runs the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.server import Stub
from tests.unit.engines_openai.chats import Started

from rtlglot.engines.openai.engine import OpenAiEngine


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.endswith("_API_KEY") or name == "OPENAI_BASE_URL":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def stub_process() -> Iterator[Stub]:
    with Stub.running() as stub:
        yield stub


@pytest.fixture
def stub(stub_process: Stub) -> Stub:
    stub_process.reset()
    return stub_process


@pytest.fixture
def started(stub: Stub) -> Started:
    """`async with started(option=value) as engine`: an engine on the stub."""

    @asynccontextmanager
    async def start(model: str = "stub", **options: Any) -> Any:
        engine = OpenAiEngine(model, {"base_url": stub.base_url, **options})
        try:
            await engine.start()
            yield engine
        finally:
            await engine.aclose()

    return start
