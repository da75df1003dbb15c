"""A counterexample in the terminal: a waveform, or a line of a truth table where nothing is clocked."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rtlglot.cli.printing import fitted
from rtlglot.tools.prover.vcd import wrong

_LEAST_CELL, _MOST_CELL = 5, 20
_MOST_NAME = 28
_LEVELS = {"0": "▁", "1": "▔"}
_PLAIN = str.maketrans({"▁": "_", "▔": "~", "│": "|", "…": "~", "─": "-", "┼": "+"})


@dataclass(frozen=True, slots=True)
class _Line:
    """One signal."""

    name: str
    values: Sequence[str]
    marked: Sequence[bool]
    """Where it is wrong."""


def value(bits: str) -> str:
    """Bits as people read them: up to three as they are, more in hexadecimal; x where nothing is known."""
    if len(bits) <= 3 or not set(bits) - {"x"}:
        return bits if set(bits) - {"x"} else "x"
    padded = bits.zfill(-(-len(bits) // 4) * 4)
    nibbles = (padded[i : i + 4] for i in range(0, len(padded), 4))
    return "h" + "".join("x" if set(nibble) - {"0", "1"} else f"{int(nibble, 2):x}" for nibble in nibbles)


def drawn(trace: Mapping[str, Any], width: int, *, plain: bool = False) -> list[str]:
    """The lines of a trace, within so many columns; `plain` has ASCII only."""
    steps = trace["steps"]
    lines = _table(steps[0]) if len(steps) == 1 and not trace.get("clock") else list(_waves(trace, width))
    cut = [fitted(line.rstrip(), width) for line in lines]
    return [line.translate(_PLAIN) for line in cut] if plain else cut


def here(trace: Mapping[str, Any], indent: int = 0) -> list[str]:
    """The same for the terminal that standard output is, with so many columns left free."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return drawn(trace, shutil.get_terminal_size((80, 24)).columns - indent, plain=encoding != "utf8")


def _named(name: str, bits: str) -> str:
    return f"{name}[{len(bits) - 1}:0]" if len(bits) > 1 else name


def _table(step: Mapping[str, Any]) -> list[str]:
    """Inputs, then for each output that differs what it should be and what it is."""
    cells = [(_named(name, bits), value(bits)) for name, bits in step["inputs"].items()]
    outputs: list[tuple[str, str]] = []
    for name, expected in step["expected"].items():
        if wrong(expected, step["got"][name]):
            outputs += [
                (f"{_named(name, expected)} should be", value(expected)),
                ("is", value(step["got"][name])),
            ]
    head, below = [], []
    for side in (cells, outputs):
        widths = [max(len(title), len(shown)) for title, shown in side]
        head.append("  ".join(t.ljust(w) for (t, _), w in zip(side, widths, strict=True)))
        below.append("  ".join(s.ljust(w) for (_, s), w in zip(side, widths, strict=True)))
    rule = "─" * (len(head[0]) + 1) + "┼" + "─" * (len(head[1]) + 1)
    return [" │ ".join(head), rule, " │ ".join(below)]


def _lines(steps: Sequence[Mapping[str, Any]]) -> Iterator[_Line]:
    never = [False] * len(steps)
    for name, bits in steps[0]["inputs"].items():
        yield _Line(_named(name, bits), [step["inputs"][name] for step in steps], never)
    for name, bits in steps[0]["expected"].items():
        expected = [step["expected"][name] for step in steps]
        got = [step["got"][name] for step in steps]
        marked = [wrong(want, have) for want, have in zip(expected, got, strict=True)]
        if any(marked):
            yield _Line(f"{_named(name, bits)} should be", expected, never)
            yield _Line(f"{_named(name, bits)} is", got, marked)


def _waves(trace: Mapping[str, Any], width: int) -> Iterator[str]:
    """The last steps that fit: the difference is in the last one."""
    every, skipped = trace["steps"], trace.get("skipped", 0)
    lines = list(_lines(every))
    clock = trace.get("clock") or ""
    left = min(_MOST_NAME, max(len(name) for name in (clock, *(line.name for line in lines)))) + 2
    longest = max((len(value(bits)) for line in lines for bits in line.values if len(bits) > 1), default=0)
    cell = max(_LEAST_CELL, min(longest + 2, _MOST_CELL))
    first = max(0, len(every) - max(1, (width - left) // cell))
    steps, number = every[first:], skipped + first
    if number:
        yield f"(the first {number:,} of {skipped + len(every):,} are left out)"
    unit = "cycle" if clock else "step"
    yield unit.ljust(left) + "".join(str(number + i).ljust(cell) for i in range(len(steps)))
    if clock:
        yield fitted(clock, left - 2).ljust(left) + "".join(_tick(trace, step, cell) for step in steps)
    for line in lines:
        marked = line.marked[first:]
        yield fitted(line.name, left - 2).ljust(left) + _wave(line.values[first:], cell)
        if any(marked):
            yield " " * left + "".join(("^" * (cell - 1) if bad else "").ljust(cell) for bad in marked)


def _tick(trace: Mapping[str, Any], step: Mapping[str, Any], cell: int) -> str:
    """A step ends with the clock's edge: it rests, then pulses."""
    rest, pulse = ("▔", "▁") if trace.get("edge") == "falling" else ("▁", "▔")
    return rest * cell if step.get("held") else rest * (cell - 2) + pulse * 2


def _wave(values: Sequence[str], cell: int) -> str:
    told, before = "", ""
    for bits in values:
        if len(bits) == 1:
            told += _LEVELS[bits] * cell if bits in _LEVELS else "x".center(cell)
        elif bits == before:
            told += " " * cell
        else:
            shown = value(bits)
            told += "│" + (shown if len(shown) < cell else shown[: cell - 2] + "…").ljust(cell - 1)
        before = bits
    return told
