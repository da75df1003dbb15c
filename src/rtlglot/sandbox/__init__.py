"""The Box: runs a tool on untrusted text in a hardened child that may die, hang or eat memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from rtlglot.records import Json


@dataclass(frozen=True, slots=True)
class BoxResult:
    """What became of one tool run."""

    value: Json
    """What the tool function returned; None unless `ended` is 'ok'."""
    ended: str
    """'ok', 'crash', 'timeout', 'memory' or 'exit' (the tool ended its process by itself)."""
    detail: str = ""
    """Signal, exit code, the end of the tool's log; host paths scrubbed."""
    seconds: float = 0.0


class Box(Protocol):
    """Runs tools."""

    async def run(self, tool: str, arguments: Mapping[str, Json], *, deadline_s: float) -> BoxResult:
        """Call the function `tool` ('package.module:function') with JSON arguments in a fresh,
        hardened child; its JSON result, or how the child ended."""

    async def aclose(self) -> None:
        """End all children."""
