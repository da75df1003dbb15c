"""Asking the box for slang's reading of a text. The reading itself is `sandbox.slang`."""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Iterable

from rtlglot.records import Finding, Json, Severity
from rtlglot.sandbox.box import Box
from rtlglot.sandbox.job import BoxResult

TOOL = "rtlglot.tools.slang.diagnose:read"
CPU_S = 4.0
"""For one text; a usual one takes a ten-thousandth of it."""


async def read(
    box: Box,
    text: str,
    standard: str,
    *,
    cpu_s: float = CPU_S,
    parse_only: bool = False,
) -> BoxResult:
    """What slang says about a text; the value is described at `sandbox.slang.read`.

    The checks that need it ask alike, so that the box answers all but the first from memory.
    """
    arguments: dict[str, Json] = {"text": text, "standard": standard}
    if parse_only:
        arguments["parse_only"] = True
    return await box.shared(TOOL, arguments, cpu_s=cpu_s)


def findings(rows: Iterable[Json]) -> tuple[Finding, ...]:
    """Rows of a reading as findings."""
    return tuple(
        Finding(Severity(severity), code, message, line, column)
        for severity, code, line, column, message in rows
    )


def has_error(found: Iterable[Finding]) -> bool:
    """Whether one of them is an error."""
    return any(finding.severity is Severity.ERROR for finding in found)


@functools.cache
def version() -> str:
    """Of the installed slang, without importing it."""
    return importlib.metadata.version("pyslang")
