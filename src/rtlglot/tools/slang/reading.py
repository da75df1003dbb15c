"""Asking the box for slang's reading of a text. The reading itself is `diagnose.read`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rtlglot.records import Context, Finding, Json, Severity
from rtlglot.sandbox.box import Box
from rtlglot.sandbox.job import BoxResult
from rtlglot.tools.slang.wording import (
    INCLUDE,
    MACRO_ELSEWHERE,
    UNDECLARED_SCOPE,
    UNDECLARED_TYPE,
    UNKNOWN,
    UNKNOWN_MACRO,
)
from rtlglot.verilog.units import without

TOOL = "rtlglot.tools.slang.diagnose:read"
CPU_S = 4.0
"""For one text; a usual one takes a ten-thousandth of it."""


_MACROS = frozenset({UNKNOWN_MACRO, MACRO_ELSEWHERE})
_ONLY_PARTS = "only-parts"
_NAMESPACES = frozenset({"UnknownClassOrPackage", "UnknownInterface", "UnknownPackage"})
"""What brings names into a text from elsewhere."""


async def read(
    box: Box,
    text: str,
    context: Context,
    *,
    cpu_s: float = CPU_S,
    parse_only: bool = False,
) -> BoxResult:
    """What slang says about a text; the value is described at `diagnose.read`.

    The checks that need it ask alike, so that the box answers all but the first from memory.
    """
    text = without(text, context.blackboxes)
    arguments: dict[str, Json] = {"text": text, "standard": context.standard}
    if context.top is not None:
        arguments["top"] = context.top
    if parse_only:
        arguments["parse_only"] = True
    return await box.shared(TOOL, arguments, cpu_s=cpu_s)


def findings(rows: Iterable[Json]) -> tuple[Finding, ...]:
    """Rows of a reading as findings."""
    return tuple(
        Finding(Severity(severity), code, message, line, column)
        for severity, code, line, column, message in rows
    )


def without_module(value: Json) -> tuple[Finding, ...]:
    """That a text, as it was read, has no module."""
    if value["parts"]:
        return (Finding(Severity.ERROR, _ONLY_PARTS, value["parts"]),)
    if value["modules"] or value["design"] is None:
        return ()
    return (Finding(Severity.ERROR, "no-module", "there is no module in the text"),)


def incomplete(
    found: tuple[Finding, ...], context: Context, unset: Iterable[str] = ()
) -> tuple[Finding, ...] | None:
    """The findings as notes, where all that is wrong may be that a part of the design is elsewhere."""
    errors = {finding.code for finding in found if finding.severity is Severity.ERROR}
    missing = set(UNKNOWN) if errors & UNKNOWN else set()
    if missing and errors & _NAMESPACES:
        missing |= {"UndeclaredIdentifier", UNDECLARED_SCOPE, UNDECLARED_TYPE}
    if context.parts_elsewhere:
        missing |= errors & {UNDECLARED_SCOPE, _ONLY_PARTS}
    if context.parts_elsewhere and (INCLUDE in errors or errors & _MACROS == {MACRO_ELSEWHERE}):
        missing |= errors  # what is in the file may be the cure of all the others
    notes = tuple(
        Finding(Severity.NOTE, "unset-parameter", f"only an instance can set the parameters of '{name}'")
        for name in unset
    )
    if notes:
        missing |= {"MultipleDrivers", "ValueOutOfRange"}  # a text in the place of a width
    if errors - missing or not (errors or notes):
        return None
    eased = (replace(f, severity=Severity.NOTE) if f.code in missing else f for f in found)
    return (*notes, *eased)


def has_error(found: Iterable[Finding]) -> bool:
    """Whether one of them is an error."""
    return any(finding.severity is Severity.ERROR for finding in found)
