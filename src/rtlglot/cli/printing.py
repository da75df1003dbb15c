"""How numbers, times and JSON are printed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import orjson

from rtlglot.errors import printable
from rtlglot.records import Assurance

COLUMNS = 80
"""What is printed for people keeps within it."""


def fitted(text: str, most: int) -> str:
    """One line of at most so many characters; nothing that a terminal acts on."""
    safe = "".join(c if c.isprintable() else "?" for c in " ".join(text.split("\n")))
    return safe if len(safe) <= most else safe[: most - 1] + "…"


def tell(text: str) -> None:
    """Print it, with what a terminal would act on as escapes: names and ids come from anywhere."""
    print(printable(text))


def count(number: int, noun: str) -> str:
    """'1 row', '2,000 rows'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def duration(seconds: float) -> str:
    """'8 s', '3 min 20 s', '2 h 05 min'."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def print_json(value: Any) -> None:
    """A dataclass, or what JSON can say, indented."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    print(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def sureness(assurances: Mapping[str, int]) -> list[str]:
    """How sure the accepted rows are: 'accepted     31 proved, 5 tested'; no line where nothing was asked."""
    if not set(assurances) - {Assurance.NONE.value}:
        return []
    told = ", ".join(f"{number:,} {Assurance(name).told}" for name, number in assurances.items())
    return [f"  {'accepted':<12} {told}"]
