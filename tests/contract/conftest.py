"""The contract of engines is tried on every entry of their table, as its stands say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rtlglot.engines import ENGINES, Engine
from tests.contract.stands import Stand, stands_of

Make = Callable[..., Engine]


@pytest.hookimpl
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that are marked `unanswered` hold for engines that answer nothing, too."""
    if "stand" not in metafunc.fixturenames:
        return
    too = metafunc.definition.get_closest_marker("unanswered") is not None
    params = []
    for engine in ENGINES:
        try:
            stands = stands_of(engine)
        except LookupError as error:
            params.append(pytest.param((engine, error), id=engine))
            continue
        params += [
            pytest.param((engine, stand), id=id_, marks=stand.marks)
            for id_, stand in stands.items()
            if too or stand.kill is not None
        ]
    metafunc.parametrize("known", params, scope="session")


@pytest.fixture
def stand(known: tuple[str, Stand | LookupError]) -> Stand:
    """How the engine is started."""
    _, stand = known
    if isinstance(stand, LookupError):
        pytest.fail(str(stand))
    if why := stand.missing():
        pytest.skip(why)
    return stand


@pytest.fixture(scope="session", autouse=True)
def _end_of_what_is_shared() -> Iterator[None]:
    yield
    for engine in ENGINES:
        try:
            for stand in stands_of(engine).values():
                stand.end()
        except LookupError:
            continue


@pytest.fixture
async def make(known: tuple[str, Stand], stand: Stand, tmp_path: Path) -> AsyncIterator[Make]:
    """Makes engines with options; closes them all at the end."""
    made: list[Engine] = []

    def make(*, model: str | None = None, **options: Any) -> Engine:
        new = stand.make or ENGINES.load(known[0])
        named = stand.model(tmp_path) if model is None else model
        engine: Engine = new(named, {**stand.options(tmp_path), **options})
        made.append(engine)
        return engine

    with stand.surroundings():
        yield make
        for engine in made:
            await engine.aclose()


@pytest.fixture
async def engine(make: Make) -> Engine:
    """A started engine."""
    engine = make()
    await engine.start()
    return engine
