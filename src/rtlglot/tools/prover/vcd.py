"""A counterexample as a Value Change Dump (IEEE 1364, clause 18), for GTKWave or Surfer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_STEP_NS = 10
_EDGE_NS = 8
"""Into a step: what is read is read before it."""


@dataclass(frozen=True, slots=True)
class _Signal:
    scope: str
    name: str
    values: Sequence[str]
    code: str


def wrong(expected: str, got: str) -> bool:
    """Whether a value is not what is expected; x in `expected` leaves a bit open."""
    return any(want not in ("x", have) for want, have in zip(expected, got, strict=True))


def vcd(trace: Mapping[str, Any]) -> str:
    """A trace, as `trace_of` gives it: the inputs, what the reference and the candidate answer, and
    per output whether they differ. A step takes 10 ns; the clock's edge comes 8 ns into it."""
    signals = list(_signals(trace))
    lines = ["$timescale 1 ns $end", "$scope module counterexample $end"]
    clock = trace.get("clock")
    if clock:
        lines.append(f"$var wire 1 ! {_word(clock)} $end")
    for scope in dict.fromkeys(signal.scope for signal in signals):
        lines.append(f"$scope module {scope} $end")
        for signal in signals:
            if signal.scope == scope:
                lines.append(_declared(signal))
        lines.append("$upscope $end")
    lines += ["$upscope $end", "$enddefinitions $end", *_changes(trace, signals)]
    return "\n".join(lines) + "\n"


def _signals(trace: Mapping[str, Any]) -> Iterator[_Signal]:
    steps, number = trace["steps"], 1  # 0 is the clock
    for scope, part in (("inputs", "inputs"), ("reference", "expected"), ("candidate", "got")):
        for name in steps[0][part]:
            yield _Signal(scope, name, [step[part][name] for step in steps], _code(number))
            number += 1
    for name in steps[0]["expected"]:
        values = [str(int(wrong(step["expected"][name], step["got"][name]))) for step in steps]
        yield _Signal("differs", name, values, _code(number))
        number += 1


def _declared(signal: _Signal) -> str:
    width = len(signal.values[0])
    bits = f" [{width - 1}:0]" if width > 1 else ""
    return f"$var wire {width} {signal.code} {_word(signal.name)}{bits} $end"


def _changes(trace: Mapping[str, Any], signals: Sequence[_Signal]) -> Iterator[str]:
    rest, pulse = ("1", "0") if trace.get("edge") == "falling" else ("0", "1")
    now = start = trace.get("skipped", 0) * _STEP_NS
    for index, step in enumerate(trace["steps"]):
        now = start + index * _STEP_NS
        yield f"#{now}"
        if trace.get("clock"):
            yield f"{rest}!"
        for signal in signals:
            value = signal.values[index]
            if not index or value != signal.values[index - 1]:
                yield f"b{value} {signal.code}" if len(value) > 1 else f"{value}{signal.code}"
        if trace.get("clock") and not step.get("held"):
            yield f"#{now + _EDGE_NS}"
            yield f"{pulse}!"
    yield f"#{now + _STEP_NS}"


def _code(number: int) -> str:
    """A short name: printable ASCII without a blank, base 94."""
    code = chr(33 + number % 94)
    return code if number < 94 else code + _code(number // 94 - 1)


def _word(name: str) -> str:
    return "_".join(name.split())
