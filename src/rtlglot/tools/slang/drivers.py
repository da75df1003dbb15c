"""Signals with more than one driver, found in slang's analysis of a design.

The language allows several drivers of a net and several processes that write a variable; synthesis
does not, unless the net is a three-state bus, or the variable a memory or each process's own temporary.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rtlglot.tools.slang.temporaries import is_temporary

_MOST_SYMBOLS = 20_000
_SCOPES = {"GenerateBlock", "GenerateBlockArray", "InstanceArray"}


def conflicts(root: Any, manager: Any, sources: Any, *, tri_state: bool) -> Iterator[tuple[int, str]]:
    """Place (bytes from the start) and description of each conflict, once for each declaration.

    `tri_state`: nets are let through, since the text speaks of high impedance.
    """
    seen: set[int] = set()
    for number, symbol in enumerate(_signals(root)):
        if number > _MOST_SYMBOLS:
            return
        offset = symbol.location.offset
        if offset in seen or (tri_state and symbol.kind.name == "Net"):
            continue
        drivers = manager.getDrivers(symbol)
        if len(drivers) < 2:
            continue
        clash = _clash(symbol, drivers)
        if clash is not None and (symbol.kind.name == "Net" or not is_temporary(symbol, root)):
            seen.add(offset)
            lines = sorted({sources.getLineNumber(driver.sourceRange.start) for driver in clash})
            yield offset, _describe(symbol, lines)


def _signals(scope: Any) -> Iterator[Any]:
    for symbol in scope:
        kind = symbol.kind.name
        if kind in ("Net", "Variable"):
            yield symbol
        elif kind == "Instance":
            yield from _signals(symbol.body)
        elif kind in _SCOPES and not getattr(symbol, "isUninstantiated", False):
            yield from _signals(symbol)


def _clash(symbol: Any, drivers: list[Any]) -> list[Any] | None:
    """Two drivers from different places that meet in a bit."""
    if symbol.kind.name == "Net":
        rivals = [d for d in drivers if d.containingSymbol.kind.name != "InstanceBody"]
    elif symbol.type.isUnpackedArray:
        return None
    else:
        rivals = [d for d in drivers if d.source.name.startswith("Always")]
    rivals.sort(key=lambda driver: driver.bounds)
    for number, first in enumerate(rivals):
        for second in rivals[number + 1 :]:
            if second.bounds[0] > first.bounds[1]:
                break
            if second.containingSymbol is not first.containingSymbol:
                return [first, second]
    return None


def _describe(symbol: Any, lines: list[int]) -> str:
    places = f"lines {lines[0]} and {lines[1]}" if len(lines) > 1 else f"line {lines[0]}, more than once"
    if symbol.kind.name == "Net":
        return f"'{symbol.name}' has more than one driver ({places}); only one assign or output may drive it"
    return f"'{symbol.name}' is written by more than one always block ({places}); merge them into one"
