"""The scripted engine."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from rtlglot.engines import Engine
from tests.contract.stands import FATAL, Stand, ask

SCRIPT = [
    {"when": "^Die now", "error": "dead", "message": "the script kills it"},
    {"when": "^hi$", "reply": "Hello, how can I help you with your design today?"},
    {"when": "story", "reply": "Once upon a time a latch met a flip-flop. " * 2000, "delay_s": 0.3},
    {"reply": "It counts the rising edges of the clock, and then it starts again. " * 20, "delay_s": 0.02},
]


def _model(folder: Path) -> str:
    path = folder / "replies.json"
    path.write_text(json.dumps(SCRIPT))
    return str(path)


async def _kill(engine: Engine) -> None:
    with contextlib.suppress(Exception):
        await engine.generate(ask(FATAL))


STANDS = {"scripted": Stand(_model, _kill, begins_s=0.1)}
