"""`rtlglot serve`: the checks as a reward, over HTTP."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from rtlglot.cli.command import Command, Given, take
from rtlglot.errors import UsageError
from rtlglot.options import fill
from rtlglot.reward.spec import ServeSpec

if TYPE_CHECKING:
    from rtlglot.reward.table import RewardTable

_DESCRIPTION = """\
Grade replies over HTTP: many trainer processes share the checks of this node, and what
was graded before is known. POST /verify speaks NeMo Gym's form, POST /grade takes many
at once; GET /health and /metrics say how it goes. SIGTERM lets it finish what it has."""

_EPILOG = """\
examples:
  rtlglot serve
  curl -s localhost:8765/grade -d '{"items": [{"reply": "...", "reference": "..."}]}'
  rtlglot serve --socket /run/rtlglot.sock --ledger verdicts.ledger
  rtlglot serve --host 0.0.0.0 --token-file token.txt --workers 32"""


def _call(given: Given) -> int:
    from rtlglot.reward.grader import Grader
    from rtlglot.reward.serve import serve

    spec = take(ServeSpec, given)
    grader = Grader(_table(spec.table), ledger=spec.ledger, workers=spec.workers)
    asyncio.run(serve(spec, grader, lambda address: print(f"listening on {address}", flush=True)))
    return 0


def _table(path: str) -> RewardTable:
    from rtlglot.reward.table import RewardTable

    if not path:
        return RewardTable()
    try:
        told = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"the table {path} cannot be read: {error}") from error
    return fill(RewardTable, told, part="the table")


COMMAND = Command(
    help="the checks as a reward for training, over HTTP",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (ServeSpec,),
    call=_call,
)
