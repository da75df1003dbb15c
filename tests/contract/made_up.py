"""A contribution: an engine, a check, a format and a command, each a class and a line in its table.

A plugin of pytest (`-p tests.contract.made_up`): with it the contract's suites try these parts like all
others. `unheard-of` is an engine whose author forgot to say how it is started.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from rtlglot.checks import CHECKS, Check, holds_verilog
from rtlglot.cli import COMMANDS
from rtlglot.cli.command import Command, Given, take
from rtlglot.engines import ENGINES
from rtlglot.engines.scripted import ScriptedEngine
from rtlglot.formats import FORMATS
from rtlglot.formats.jsonl import JsonLines
from rtlglot.options import fill, flag
from rtlglot.records import CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box
from tests.contract.engines import scripted


class MadeUpEngine(ScriptedEngine):
    """An engine."""


@dataclass(frozen=True, slots=True)
class _Options:
    most: int = 10_000


class MadeUpCheck(Check):
    """A check."""

    name = "made-up"
    rank = 5

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        self._options = fill(_Options, options or {}, part="check.made-up")

    def identity(self) -> Mapping[str, Json]:
        return {"check": self.name, "most": self._options.most}

    def applies(self, context: Context) -> bool:
        return holds_verilog(context)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        if len(text) <= self._options.most:
            return Verdict(self.name, CheckStatus.PASS)
        finding = Finding(Severity.ERROR, "long", f"the text has {len(text)} characters")
        return Verdict(self.name, CheckStatus.FAIL, (finding,))


class MadeUpFormat(JsonLines):
    """A format."""

    suffixes = (".made-up", ".madeup")


@dataclass(frozen=True, slots=True)
class _Flags:
    name: str = flag("who is greeted", "NAME", default="you")


def _call(given: Given) -> int:
    print(f"hello {take(_Flags, given).name}")
    return 0


COMMAND = Command(
    help="greets",
    description="Greets.",
    epilog="examples:\n  rtlglot made-up all",
    flags=lambda: (_Flags,),
    call=_call,
)

for table, what in ((ENGINES, "MadeUpEngine"), (CHECKS, "MadeUpCheck"), (FORMATS, "MadeUpFormat"),
                    (COMMANDS, "COMMAND")):  # fmt: skip
    table.add("made-up", f"{__name__}:{what}")
ENGINES.add("unheard-of", f"{__name__}:MadeUpEngine")
stands = SimpleNamespace(STANDS={"made-up": scripted.STANDS["scripted"]})
sys.modules["tests.contract.engines.made_up"] = cast(Any, stands)
