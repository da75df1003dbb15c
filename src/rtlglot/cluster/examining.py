"""Checks as tasks of the cluster: whichever node has a CPU to spare examines a text, and no engine waits."""

from __future__ import annotations

import asyncio
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from rtlglot.checks import Check
from rtlglot.errors import ConfigError
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import canonical, verdict_key
from rtlglot.records import Context, Verdict
from rtlglot.run.assemble import ladder_of
from rtlglot.run.examine import Examine, broken
from rtlglot.run.spec import Spec
from rtlglot.sandbox import open_box

Examined = tuple[tuple[Verdict, bytes], ...]

_TRIES = 3
"""A text whose tasks were lost so often, with their processes or nodes, gets no verdict."""


class ExamineAfar:
    """Examines texts as `Examine` does, each in a task of its own."""

    def __init__(self, spec: Spec, ledger: Ledger, cpus: float) -> None:
        self._spec, self._ledger = ray.put(spec), ledger
        self._checks = ladder_of(spec)
        self._identity = _identity(self._checks)
        self._task: Any = ray.remote(num_cpus=cpus, max_retries=_TRIES)(_examined)

    async def __call__(self, text: str, context: Context) -> Examined:
        """The verdicts of the checks that were asked, with their keys in the ledger."""
        try:
            found: Examined = await self._task.remote(self._spec, self._identity, text, context)
        except RayTaskError as error:
            raise error.cause from error
        except RayError as error:
            said = f"the process that examined it was lost {_TRIES + 1} times ({type(error).__name__})"
            check = next(check for check in self._checks if check.applies(context))
            found = ((broken(check, said), verdict_key(text, canonical(dict(check.identity())), context)),)
        for verdict, key in found:
            self._ledger.save_verdict(key, verdict)
        return found


def _identity(checks: tuple[Check, ...]) -> str:
    return canonical([dict(check.identity()) for check in checks])


class _Memory:
    """Remembers nothing."""

    def verdict(self, key: bytes) -> Verdict | None:
        return None

    def save_verdict(self, key: bytes, verdict: Verdict) -> None:
        pass


_examiners: dict[str, tuple[asyncio.AbstractEventLoop, Examine]] = {}


def _examined(spec: Spec, identity: str, text: str, context: Context) -> Examined:
    """The task. Raises ConfigError where this node's tools are others."""
    if identity not in _examiners:
        checks = ladder_of(spec)
        if (here := _identity(checks)) != identity:
            raise ConfigError(
                f"a node of the cluster has other tools: {here}, and not {identity}",
                hint="install the same versions of rtlglot, pyslang and pyosys on all nodes",
            )
        _examiners[identity] = (asyncio.new_event_loop(), Examine(_Memory(), checks, open_box()))
    loop, examine = _examiners[identity]
    return loop.run_until_complete(examine(text, context))
