"""The openai engine over an endpoint of ours, started when it is first wanted and again after a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rtlglot.engines import Engine
from rtlglot.errors import TransientError
from tests.contract.stands import Stand
from tests.server import Stub

ENDPOINT = Stub(
    defaults={
        "context_tokens": 16_384,
        "word_s": 0.002,
        "rules": [{"when": "story", "do": "reply", "words": 3000}],
    }
)


def _options(_: Path) -> dict[str, Any]:
    if not ENDPOINT.port:
        ENDPOINT.start()
    return {"base_url": ENDPOINT.base_url}


async def _kill(_: Engine) -> None:
    ENDPOINT.kill()


STANDS = {
    "openai": Stand(
        lambda _: "stub",
        _kill,
        options=_options,
        revive=ENDPOINT.start,
        dead=TransientError,
        counts_early=False,
        end=ENDPOINT.kill,
    )
}
